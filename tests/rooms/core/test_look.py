"""The style sheet keeps its promises: contrast, size, and every class that the pages use."""

import re
from pathlib import Path

import pytest

import ringar

SOURCE = Path(ringar.__file__).parent
SHEETS = ("ringar", "parts", "together", "charts")
CSS = "".join((SOURCE / f"core/static/core/{name}.css").read_text(encoding="utf-8") for name in SHEETS)
# (colour, what it stands on, least contrast by WCAG 2.2: 4.5 for text, 3 for edges of controls)
TEXTS = ("ink", "muted", "water", "water-deep", "copper", "error", "ok", "warn")
PAIRS = [
    *(
        (text, ground, 4.5)
        for text in ("ink", "muted", "water", "water-deep")
        for ground in ("paper", "surface", "sunken")
    ),
    *((text, f"{text}-soft", 4.5) for text in ("ok", "warn", "error")),
    *((text, ground, 4.5) for text in TEXTS for ground in ("paper", "surface")),
    ("water-deep", "water-soft", 4.5),
    ("ink", "warn-soft", 4.5),
    ("on-water", "water", 4.5),
    ("on-water", "water-deep", 4.5),
    *(("edge", ground, 3.0) for ground in ("paper", "surface")),
    *(("water", ground, 3.0) for ground in ("paper", "surface", "sunken")),
]
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))


def tokens(dark: bool) -> dict[str, str]:
    """The colours of the light or the dark dress."""
    light, night = CSS.split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light))
    if dark:
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", night.split("look-dark", 1)[0]))
    return found


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_contrast_when_colours_meet_then_it_is_enough(
    text: str, ground: str, least: float, dark: bool
) -> None:
    colours = tokens(dark)
    low, high = sorted([luminance(colours[text]), luminance(colours[ground])])
    assert (high + 0.05) / (low + 0.05) >= least


def test_files_when_served_then_they_are_small() -> None:
    script = (SOURCE / "core/static/core/ringar.js").read_text(encoding="utf-8")
    assert len(CSS.encode()) <= 45_000
    assert len(script.splitlines()) <= 300


def test_templates_when_read_then_hold_no_inline_script_or_style() -> None:
    inline = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    at_fault = [path.name for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))]
    assert not at_fault


def test_templates_when_they_name_a_class_then_the_style_sheet_knows_it() -> None:
    known = set(re.findall(r"\.([a-z][\w-]*)", CSS))
    unknown = set()
    for path in TEMPLATES:
        text = re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text(encoding="utf-8"))
        words = " ".join(re.findall(r'class="([^"]*)"', text)).split()
        # What a template fills in leaves the start of a class: "tag-".
        unknown |= {f"{path.name}: {word}" for word in words if word not in known and not word.endswith("-")}
    assert not unknown
