"""The words of the picture, and numbers and times as a language writes them."""

from typing import Literal

Language = Literal["sv", "en"]

UNITS = {"sv": ("s", "min", "tim", "d"), "en": ("s", "min", "h", "d")}
WORDS: dict[Language, dict[str, str]] = {
    "sv": {
        "start": "Start",
        "end": "Slut",
        "map": "Karta över {cases} ärenden: {steps} steg och {edges} vägar mellan dem",
        "shown": "Bilden visar de {variants} vanligaste av {all} vägar, som {share} av ärendena följer.",
        "shown_one": "Bilden visar den vanligaste av {all} vägar, som {share} av ärendena följer.",
        "more": "Ytterligare {count} vägar står bara i tabellen.",
        "key": "Siffran är antal gånger, tiden är väntan (median). Tjockare linje: fler gånger.",
        "key_all": "Siffran är antal gånger, tiden är från steg till steg (median). Tjockare linje: fler gånger.",
        "key_return": "Streckad linje: tillbaka till ett steg som ärendet redan varit i.",
        "step": "{name}: {events} gånger i {cases} ärenden",
        "again": "{cases} ärenden gör om steget",
        "service": "tar {median} (median), {p90} (nio av tio)",
        "edge": "{before} → {after}: {events} gånger i {cases} ärenden",
        "wait": "{median} (median), {p90} (nio av tio)",
        "returns": "{events} gånger tillbaka till ett tidigare steg",
        "begin": "{cases} ärenden börjar med {name}",
        "finish": "{cases} ärenden slutar med {name}",
    },
    "en": {
        "start": "Start",
        "end": "End",
        "map": "Map of {cases} cases: {steps} steps and {edges} ways between them",
        "shown": "The picture shows the {variants} most common of {all} paths, taken by {share} of the cases.",
        "shown_one": "The picture shows the most common of {all} paths, taken by {share} of the cases.",
        "more": "Another {count} ways stand only in the table.",
        "key": "The number is how many times, the time is the wait (median). Thicker line: more times.",
        "key_all": "The number is how many times, the time is from step to step (median). Thicker line: more times.",
        "key_return": "Dashed line: back to a step that the case had been through.",
        "step": "{name}: {events} times in {cases} cases",
        "again": "{cases} cases do it again",
        "service": "takes {median} (median), {p90} (nine in ten)",
        "edge": "{before} → {after}: {events} times in {cases} cases",
        "wait": "{median} (median), {p90} (nine in ten)",
        "returns": "{events} times back to an earlier step",
        "begin": "{cases} cases begin with {name}",
        "finish": "{cases} cases end with {name}",
    },
}


def figure(number: float, language: Language, decimals: int = 0) -> str:
    """Return the number as it is written: 1 434,5 in Swedish, 1,434.5 in English."""
    text = f"{number:,.{decimals}f}"
    return text.replace(",", "\u202f").replace(".", ",") if language == "sv" else text


def span(seconds: float, language: Language) -> str:
    """Return a length of time in the unit that suits it, with two figures that count at most."""
    second, minute, hour, day = UNITS[language]
    for unit, size in ((day, 86_400), (hour, 3_600), (minute, 60), (second, 1)):
        if seconds >= 0.95 * size:
            return (
                f"{figure(seconds / size, language, 1 if seconds < 9.95 * size and size > 60 else 0)} {unit}"
            )
    return f"0 {second}"
