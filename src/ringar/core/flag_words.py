"""The words that `flags` knows: common first names, words that are no names, and words on health."""


def listed(text: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(text.split())


FIRST_NAMES = frozenset(
    listed(
        """
    Abdi Abdullah Adam Agneta Agnes Ahmad Ahmed Aisha Albin Aleksandra Alexander Alexandra Alfred Ali
    Alice Allan Alma Alva Amanda Amina Amir Anders Andreas Anette Anita Anja Ann Anna Annika Anna-Karin
    Ann-Marie Anne Anton Arne Arvid Astrid Axel Barbro Bengt Berit Bertil Birgit Birgitta Björn Bo Britt
    Britta Bror Carina Carl Carl-Gustav Carolina Caroline Cecilia Charlotta Charlotte Christer Christian
    Christina Cilla Claes Dag Dagny Daniel David Denise Desirée Ebba Edit Edith Edvin Elias Elif Elin
    Elina Elis Elisabet Elisabeth Ella Ellen Elsa Elvira Emelie Emil Emilia Emma Eric Erik Erika Erland
    Ernst Eskil Ester Esther Eva Evelina Farid Fatima Felicia Felix Filip Folke Frans Fredrik Frida
    Gabriel Georg Gerd Gertrud Greta Gudrun Gun Gunborg Gunhild Gunilla Gunnar Gunnel Gustaf Gustav
    Göran Gösta Göte Hanna Hannah Hans Harald Harriet Hasan Hassan Hedvig Helen Helena Helene Helga
    Henrik Henry Hilda Hilma Hugo Håkan Ibrahim Ida Ingalill Ingegerd Ingemar Inger Ingmar Ingrid Ingvar
    Irene Isabella Isak Ivar Jacob Jakob Jan Jasmine Jenny Jens Jerker Jesper Jessica Joakim Johan
    Johanna Johannes John Jonas Jonathan Josef Josefin Julia Jörgen Kaj Karin Karl Karolina Katarina
    Kenneth Kent Kerstin Khadija Kim Kjell Klara Klas Knut Kristian Kristina Kristoffer Kurt Lars Layla
    Leif Leila Lena Lennart Leo Liam Lilian Lilly Lina Linda Lisa Liselott Liv Love Lovisa Lucas Ludvig
    Lukas Madeleine Magdalena Magnus Maj Maja Malin Mahmoud Marcus Margareta Margit Maria Mariam
    Marianne Marie Markus Marta Martin Martina Maryam Mathias Matilda Mats Mattias Maud Max Melker Mia
    Michael Mikael Mirjam Mohamed Mohammad Mohammed Moa Mona Monica Monika My Märta Natalie Nils Nina
    Nora Olga Olivia Olle Olof Olov Oscar Oskar Osman Otto Patricia Patrik Paula Pauline Per Pernilla
    Peter Petra Pia Pontus Ragnar Ragnhild Rasmus Rebecka Rickard Rigmor Robert Roger Roland Rolf Ronny
    Rosa Rune Rut Ruth Saga Sam Samira Samuel Sandra Sanna Sara Sebastian Selma Signe Sigrid Simon Siv
    Sixten Sofia Sofie Solveig Sonja Staffan Stefan Stella Sten Stig Stina Sture Susanne Svante Sven
    Svea Sylvia Sören Teresa Therese Thomas Tilda Tim Tobias Tomas Tommy Tor Torbjörn Tore Torsten Tova
    Tove Tuva Tyra Ulf Ulla Ulrika Ursula Valdemar Vera Viggo Viktor Viktoria Vilhelm Ville Vincent
    Viola Viveka Walter Wilhelm Wilma Yasmin Yusuf Yvonne Zahra Zainab Åke Åsa Örjan Östen
    """
    )
)

ALSO_WORDS = frozenset(
    listed(
        """
    Bo Björn Dag Gun Hans Kim Liv Love Max Maj My Per Rosa Rut Saga Sam Sten Stig Tim Tor Tore
    """
    )
)
"""First names that are common words too: at the start of a sentence they say nothing ("Hans rum är kallt")."""

NO_NAMES = frozenset(
    listed(
        """
    Norra Södra Västra Östra Stora Lilla Gamla Nya Övre Nedre Yttre Inre Sankt Svenska Sveriges Nordiska
    Europeiska Kommunala Kungliga Statens Stockholms Göteborgs Malmö Stockholm Göteborg Uppsala Lund
    Sverige Norge Danmark Finland Microsoft Google Apple Teams Office Excel Outlook Word Facebook
    Instagram Android Iphone Ipad Windows Zoom Skype Region Kommun Förskolan Skolan Hemtjänsten
    Träffpunkt Servicepunkten Kontaktcenter Medborgarkontoret Vård Röda Rädda Lions Rotary Ringsala
    Fjärdinge Hamnstaden Björkliden Norrvång Kvarnbacken Sjöhagen Bruket Ytterbyn Januari Februari Mars
    April Maj Juni Juli Augusti September Oktober November December Monday Tuesday Wednesday Thursday
    Friday Saturday Sunday English Swedish Arabic Somali Sweden City The This That There When What Every
    """
    )
)
"""Words that make a capitalised pair something other than a person."""

NO_NAME_ENDINGS = listed(
    """
    kommun kommunen kommuns region regionen stad staden skola skolan gymnasiet enhet enheten gruppen
    tjänsten vården förvaltning förvaltningen boende boendet gatan gata vägen väg torg torget parken
    park sjukhus sjukhuset kyrka kyrkan verket myndigheten nämnden styrelsen museet biblioteket
    bibliotek centrum center station stationen hamn län universitet högskola högskolan förening
    föreningen klubb klubben bolaget backen liden vången hagen skogen sjön ån gården huset hemmet dagen
    veckan korset barnen programmet projektet kontoret avdelningen teamet rådet systemet
    """
)
"""Endings that make a word a place, a unit or a body."""

HEALTH = listed(
    """
    adhd aids alkoholis allergi alzheimer anorexi artros aspergers astma autis bipolär blodpropp bulimi
    cancer cellgift cp-skad demens depress depression diabet diagnos dialys downs epilep fibromyalgi
    funktionshind funktionsneds gravid handikapp hepatit hiv hjärnskad hjärtfel hjärtinfarkt hjärtsvikt
    inkontinen insulin kemoterapi långtidssjuk leukemi lungsjuk missbruk ms-sjuk narkoman
    narkotikaberoende parkinson personlighetsstörning psykiatri psykisk psykos ptsd reumati schizofren
    självmord självskad sjukdom sjukskriv spelberoende stroke suicid svagsynt tablettberoende tourette
    tumör utbränd utmattning utvecklingsstörning ångest ätstörning addict anxiety dementia diagnosis
    disabled disability illness pregnan suicid tumour
    """
)
"""Beginnings of words that tell of someone's health."""
