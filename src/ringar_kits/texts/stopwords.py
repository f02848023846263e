"""Words that say how a text is built and not what it is about. Written for public-sector Swedish and English."""

_SWEDISH = """
    alla allt alltså andra annan annat att av bara behöver bland bli blir blev blivit både bör börja co de dem den
    denna deras dess dessa det detta dig din dina ditt dock du där därför då efter eftersom ej eller en enligt er era
    ert ett exempel finns fler flera från får fått för före förr genom ger gick gjorde gjort gäller gör göra ha hade
    han hans har hel hela henne hennes hon honom hos hur här i ibland icke in inga ingen inget innan inom inte
    jag ju kan kanske kom kommer kunde kunna kunnat man med medan mellan men mer mera mest mig min mina mindre mitt
    mot mycket måste många ni nog nu någon någonting något några när nästan och ock också om oss på redan rätt samma
    samt sedan ser sig sin sina sitt själv själva ska skall skulle som står så sådan sådana sådant t ta tar till tills
    under upp ur ut utan vad var vara varandra vare varför varit varje vars vart vem vems vid vidare vilka vilkas
    vilken vilket vill vår våra vårt väl än ännu är även åt över bl a dvs etc ex fl m mm osv pga resp s tex ca
"""

_ENGLISH = """
    a about after again all also am an and any are as at be because been before being between both but by can could
    did do does doing down during each few for from further get had has have having he her here hers him his how i if
    in into is it its itself just me more most my no nor not now of off on once only or other our ours out over own
    same she should so some such than that the their theirs them then there these they this those through to too
    under until up very was we were what when where which while who whom why will with would you your yours
"""

# Too common to tell anybody why a text was found, though they may help to find it.
_VAGUE_SWEDISH = """
    vi går gå gått säger säga sa sade sagt säg vet visste veta hälften sen först första sist sista igen tillbaka bort
    aldrig alltid ofta gång gånger gången folk sak saker slut slutar slutade börjar började ny nya nytt bra mycket
    lite stor stora små liten per dag dagar dagen dags vecka veckan veckor månad månaden månader år året åren timme
    timmar timmen minut minuter klockan idag helt olika del delar sätt fall exempelvis noll två tre fyra fem sex sju
    åtta nio tio elva tolv tjugo trettio fyrtio femtio hundra tusen
    enda endast enskild fråga frågan frågor frågar frågade svar svaret svarar svarade
"""
_VAGUE_ENGLISH = """
    we go goes going went gone say says said know knows knew half first last back away never always often time times
    thing things end ends begin begins new good much many little big small per day days week weeks month months year
    years hour hours minute minutes today way case zero two three four five six seven eight nine ten eleven twelve
    twenty thirty forty fifty hundred thousand come comes came get gets single sole question questions ask asks
    asked answer answers
"""

_TELLING_SWEDISH = "och att det som en är på för av med den till inte om ett har vi jag kan så hur vad"
_TELLING_ENGLISH = "the and of to is that it with for we this are not have be how what can you which"

SWEDISH = frozenset(_SWEDISH.split())
ENGLISH = frozenset(_ENGLISH.split())
VAGUE = {"sv": frozenset(_VAGUE_SWEDISH.split()), "en": frozenset(_VAGUE_ENGLISH.split())}
TELLING = {"sv": frozenset(_TELLING_SWEDISH.split()), "en": frozenset(_TELLING_ENGLISH.split())}
"""Common words that give a language away; none is a word of the other."""
