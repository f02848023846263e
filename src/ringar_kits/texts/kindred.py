"""Words that mean nearly the same in a municipality's work: how plain words meet those of officials and suppliers.

Each line is a group; a word may stand in several. Written by hand for everyday Swedish, with English beside it where
people mix the two. Without a language model they are what bridges different words; with one they steady it.
"""

from functools import lru_cache

from ringar_kits.texts.analyse import stem

KINDRED_WEIGHT = 0.3
"""What a kindred word counts beside the word itself; chosen on the judged sets."""

_GROUPS = """
äldre gammal gamla senior seniorer pensionär åldring åldringar elderly
barn unge ungar minderårig småbarn children
ungdom ungdomar unga tonåring tonåringar youth
flicka tjej dotter girl
pojke kille son boy
kvinna tjej dam woman
man karl herre kille
förälder föräldrar mamma pappa mor far vårdnadshavare förmyndare parent
anhörig anhöriga närstående familj släkting make maka relative
familj hushåll hem family
invånare medborgare boende kommuninvånare resident citizen
brukare klient omsorgstagare kund
patient sjuk vårdtagare
nyanländ invandrare flykting migrant asylsökande utrikes utlandsfödd refugee
ensamhet isolering isolerad ensam social loneliness lonely
trygghet säkerhet otrygg rädd oro safety
våld misshandel slå slagen hot violence
kriminalitet brott gäng brottslighet crime
missbruk beroende narkotika drog alkohol addiction
hemlös bostadslös uteliggare homeless
bostad lägenhet hus boende bo villa hem housing
hyra hyreskostnad boendekostnad rent
jobb arbete anställning sysselsättning yrke tjänst job work employment
arbetslös arbetssökande jobblös unemployed
lön ersättning betalning arvode inkomst betalt salary
pengar kostnad ekonomi finansiering medel anslag budget pris money cost
bidrag stöd ersättning försörjningsstöd understöd grant
avgift taxa pris fee
chef ledare ledning manager
personal medarbetare anställd anställda kollega staff
vikarie ersättare timanställd
rekrytera rekrytering anställa bemanning recruit
lärare pedagog förskollärare rektor teacher
elev student skolbarn pupil
skola grundskola gymnasium klass undervisning utbildning school
förskola dagis småbarnsavdelning preschool
läsa läsning bok litteratur read
språk svenska modersmål tala language
matematik matte räkning räkna mathematics
frånvaro skolk skolka hemmasittare
mobbning kränkning trakasseri bullying
fritid hobby aktivitet nöje leisure
idrott sport motion träning rörelse gymnastik exercise
bad simhall bassäng simning
lek lekplats gunga playground
bibliotek bok läsning library
kultur konst teater musik museum culture
läkare doktor vårdcentral physician doctor
sjukhus klinik mottagning lasarett hospital
sjuksköterska undersköterska vårdpersonal nurse
vård omsorg sjukvård behandling care
hemtjänst hemsjukvård hemvård
läkemedel medicin tablett piller recept medication
vaccin vaccination spruta vaccinera vaccine
sjukdom smitta infektion virus illness
demens dement minnessjukdom alzheimer kognitiv dementia
funktionsnedsättning funktionshinder handikapp rullstol disability
psykisk mental ångest depression ohälsa
fall ramla falla snubbla halka fall
larm varning signal alarm
ta omhänderta placera placering
familjehem fosterhem fosterfamilj
mat måltid lunch kost livsmedel food
matsvinn svinn slänga avfall waste
sopor avfall skräp sopa nedskräpning renhållning garbage
återbruk återvinning återanvända begagnad recycling
vatten va dricksvatten water
läcka läckage vattenläcka rörbrott spricka leak
rör ledning vattenrör avlopp pipe
översvämning skyfall dagvatten regn flood
energi el elektricitet värme uppvärmning energy
klimat miljö hållbarhet utsläpp koldioxid climate
luft ventilation luftkvalitet inomhusluft air
buller oljud ljud störning noise
park grönområde natur skog träd plantering
djur hund katt husdjur animal
bil fordon personbil car
buss kollektivtrafik tåg spårvagn pendeltåg resa transit
cykel cykla cykelväg cyklist bicycle
väg gata trafik vägar asfalt road
hål grop gupp potthål pothole
gående fotgängare gångväg trottoar promenera promenad pedestrian
parkering parkera p-plats parking
snö halka plogning snöröjning vinterväghållning snow
ljus belysning lampa lyse mörkt mörker light
bygga byggnation byggnad hus nybyggnation bygge construction
renovera renovering underhåll rusta reparation laga upprustning repair
riva rivning
fastighet byggnad lokal hus property
lokal rum sal utrymme premises
felanmälan klagomål synpunkt rapportera complaint
ansökan ansöka söka application
tillstånd lov bygglov licens permit
beslut avgöra bestämma besluta besked decision
handläggning handläggare ärende administration
blankett formulär form
brev e-post mejl mail
telefon ringa samtal telefonkö phone
svar besked återkoppling svara answer
kö vänta väntetid dröja dröjsmål queue
faktura räkning nota invoice
upphandling inköp köpa anbud avrop offert procurement
avtal kontrakt ramavtal överenskommelse contract
leverantör företag bolag utförare entreprenör supplier
företagare näringsidkare företag handlare näringsliv entrepreneur
förening organisation ideell civilsamhälle association
frivillig volontär ideell volunteer
politiker nämnd förtroendevald fullmäktige politician
demokrati inflytande medborgardialog delaktighet dialog democracy
myndighet förvaltning kommun stat authority
lag regel förordning lagstiftning bestämmelse law
skyldig tvungen måste plikt krav
ansvar ansvarig skyldighet responsibility
kontroll tillsyn inspektion granskning inspection
kvalitet standard bra quality
risk fara farlig risk
olycka skada tillbud accident
it data dator digital teknik system digitalisering technology
app mobil applikation mobiltelefon smartphone
internet webb nät bredband fiber uppkoppling
robot automatisering automatisera rpa automation
sensor mätare givare mätning sensor
karta gps position map
statistik data uppföljning mätning analys statistics
utbildning kurs lärande studier training
kunskap kompetens kännedom färdighet knowledge
hjälp stöd råd bistånd assistans insats help support
information upplysning besked kommunikation information
samverkan samarbete partnerskap tillsammans cooperation
plan planering strategi program planning
projekt satsning försök pilot project
utveckla utveckling förbättra förbättring innovation
mål syfte avsikt goal
brist saknas saknar avsaknad shortage
öka ökning växa tillväxt increase
minska minskning sänka dra reduce
snabb fort genast omedelbar skyndsam
dyr kostsam dyrt expensive
gratis kostnadsfri avgiftsfri fri free
svår krånglig komplicerad besvärlig difficult
börja starta påbörja inleda start
sluta upphöra avsluta avveckling lägga end
datum tid dag dagen deadline tidpunkt
krig konflikt invasion war
skatt beskattning skattemedel tax
turism turist besökare besöksnäring sevärdhet tourism
forskning forskare vetenskap universitet research
"""


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    kin: dict[str, set[str]] = {}
    for group in _GROUPS.split("\n"):
        found = {stem(word) for word in group.split()}
        for root in found:
            kin.setdefault(root, set()).update(found - {root})
    return {root: frozenset(others) for root, others in kin.items()}


def kindred(root: str) -> frozenset[str]:
    """Return the stems of words that mean nearly the same as the word with this stem; most have none."""
    return _table().get(root, frozenset())
