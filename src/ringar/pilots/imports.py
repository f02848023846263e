"""What this room takes from spreadsheets: the CIO's list of projects, and measurements."""

from ringar.core.importing import Field, Importer, one_of, text_of
from ringar.pilots.imports_measurements import check_measurements, pilot_word, save_measurements
from ringar.pilots.imports_pilots import amount, check_pilots, day, save_pilots
from ringar.pilots.measure_rules import LONGEST_WHY, read_number, read_week
from ringar.pilots.rules import PilotState, Stage

STAGES = {
    **{"övning": "exercise", "test": "exercise", "idé": "exercise", "idea": "exercise", "sprint": "exercise"},
    **{"konceptbevis": "proof", "poc": "proof", "proof of concept": "proof", "förstudie": "proof"},
    **{"pilotprojekt": "pilot", "pilotprov": "pilot", "beta": "beta", "breddtest": "beta"},
    **{"fullskala": "full_scale", "full skala": "full_scale", "infört": "full_scale"},
    **{"införande": "full_scale", "drift": "full_scale", "roll-out": "full_scale", "rollout": "full_scale"},
}
STATES = {
    **{"förbereds": "planned", "planerad": "planned", "planeras": "planned", "ej startad": "planned"},
    **{"not started": "planned", "pågår": "running", "pågående": "running", "igång": "running"},
    **{"ongoing": "running", "active": "running", "in progress": "running", "stoppad": "stopped"},
    **{"avbruten": "stopped", "cancelled": "stopped", "klar": "done", "avslutad": "done", "färdig": "done"},
    **{"finished": "done", "completed": "done", "closed": "done"},
}


def codes(choices: type[Stage] | type[PilotState]) -> dict[str, object]:
    """The codes and names of the choices."""
    return {choice.value: choice.label for choice in choices}


IMPORTERS = [
    Importer(
        kind="pilots",
        fields=(
            Field(
                "external_id",
                ("id", "nr", "projektnummer", "projekt-id", "diarienummer", "number"),
                clean=text_of(200),
            ),
            Field(
                "title",
                ("projekt", "projektnamn", "rubrik", "titel", "namn", "name", "project", "project name"),
                required=True,
                clean=text_of(200),
            ),
            Field(
                "unit", ("enhet", "förvaltning", "avdelning", "department", "verksamhet"), clean=text_of(200)
            ),
            Field("stage", ("steg", "fas", "skede", "phase"), clean=one_of(codes(Stage), STAGES)),
            Field("state", ("läge", "status"), clean=one_of(codes(PilotState), STATES)),
            Field(
                "owner",
                (
                    *("ägare", "projektledare", "ansvarig", "projektägare", "e-post", "epost"),
                    *("owner e-mail", "owner email", "e-mail", "email", "project manager", "responsible"),
                ),
                clean=text_of(200),
            ),
            Field("need", ("behov",), clean=text_of(2_000)),
            Field("goal", ("mål", "effektmål", "syfte", "purpose", "aim"), clean=text_of(300)),
            Field(
                "cap_sek",
                ("budget", "budget sek", "budget kr", "kostnadstak", "tak", "kostnad", "cost"),
                clean=amount,
            ),
            Field("cap_hours", ("timmar", "hours"), clean=amount),
            Field("spent", ("förbrukat", "utfall", "använt", "upparbetat", "used", "actual"), clean=amount),
            Field("starts_on", ("start", "startdatum", "från", "start date", "starts"), clean=day),
            Field("ends_on", ("slut", "slutdatum", "till", "end", "end date", "ends", "klart"), clean=day),
            Field("supplier", ("leverantör", "vendor", "startup", "företag"), clean=text_of(200)),
            Field("who_pays", ("vem betalar", "finansiering", "finansiär", "funding"), clean=text_of(200)),
        ),
        save=save_pilots,
        check=check_pilots,
    ),
    Importer(
        kind="measurements",
        fields=(
            Field(
                "pilot", ("pilot", "pilotprojekt", "projekt"), required=True, clean=pilot_word, for_all=True
            ),
            Field("unit", ("enhet", "arbetsplats", "grupp"), required=True, clean=text_of(200)),
            Field("week", ("vecka", "måndag", "datum", "date"), required=True, clean=read_week),
            Field("value", ("värde", "mätvärde", "antal"), required=True, clean=read_number),
            Field(
                "why", ("varför", "orsak", "skäl", "rättas därför"), clean=text_of(LONGEST_WHY), for_all=True
            ),
        ),
        save=save_measurements,
        check=check_measurements,
        takes_repeats=False,
    ),
]
