"""The style sheet keeps its promises: contrast, size, and every class that the pages use."""

import re
from pathlib import Path

import pytest

import ringar
from ringar.core.templatetags.page import OWN_PAGES
from ringar.core.views.style import ICONS

SOURCE = Path(ringar.__file__).parent
SHEETS = ("ringar", "parts", "together", "charts")
OWN_SHEETS = (
    "core/static/core/maps.css",
    "city/static/city/map.css",
)  # loaded by the few pages that need them
EVERY_SHEET = (*(f"core/static/core/{name}.css" for name in SHEETS), *OWN_SHEETS)
CSS = "".join((SOURCE / name).read_text("utf-8") for name in EVERY_SHEET)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
COLOUR = re.compile(r"(?:^|[;\s])(?:color|fill): var\(--([\w-]+)\)")
GROUND = re.compile(r"(?:^|[;\s])background(?:-color)?: var\(--([\w-]+)\)")
# Text that inherits its ground stands on one of these; text that is set on a soft ground keeps one of these colours.
PAGE = ("paper", "surface")
INHERITED = ("ink", "muted", "water", "water-deep")
SHAPES = (
    "chart",
    "rings",
    "bars",
    "swatch",
    "mark",
    "stop",
    "drop",
    "legend",
    "process",
    "leak",
)  # fill there is no text


def pairs_of_css() -> set[tuple[str, str, float]]:
    """(colour, what it stands on, least contrast by WCAG 2.2): read from every rule of the style sheets."""
    found = set()
    plain = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    for selector, body in RULE.findall(plain):
        texts, grounds = COLOUR.findall(body), GROUND.findall(body)
        if any(word in selector for word in SHAPES) and "text" not in selector:
            continue
        if "::before" in selector or "progress" in selector or "meter" in selector:
            continue  # a sign or a bar: looked at below, as shapes
        if texts and grounds:
            found |= {(text, ground, 4.5) for text in texts for ground in grounds}
        elif texts:
            found |= {(text, ground, 4.5) for text in texts if not text.startswith("on-") for ground in PAGE}
        elif grounds:
            found |= {(text, ground, 4.5) for text in INHERITED for ground in grounds}
    return found


# What no rule tells alone: edges of controls, rings of focus, bars and signs (3 suffices), words of notices.
PAIRS = sorted(
    pairs_of_css()
    | {("edge", ground, 3.0) for ground in PAGE}
    | {("water", ground, 3.0) for ground in (*PAGE, "sunken", "water-soft")}
    | {("copper", ground, 3.0) for ground in (*PAGE, "sunken")}
    | {(text, f"{text}-soft", 4.5) for text in ("ok", "warn", "error")}
    | {("surface", sign, 3.0) for sign in ("water", "ok", "warn", "error")}
)
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


def test_contrast_when_the_style_sheets_are_read_then_the_known_pairs_are_among_those_found() -> None:
    told = {(text, ground) for text, ground, _ in PAIRS}
    assert {("on-water", "water"), ("on-copper", "copper"), ("muted", "paper"), ("ink", "warn-soft")} <= told
    assert len(told) > 40


def test_looks_when_the_dark_one_is_chosen_then_its_colours_are_those_of_a_dark_device() -> None:
    night = CSS.split("@media (prefers-color-scheme: dark)", 1)[1]
    by_device, chosen = night.split(":root.look-dark", 1)
    chosen = chosen.split("}", 1)[0]
    names = r"--([\w-]+): ([^;]+);"
    assert re.findall(names, by_device) == re.findall(names, chosen) != []


def test_icons_when_named_then_they_are_in_the_sprite() -> None:
    sprite = (SOURCE / "core/static/core/icons.svg").read_text(encoding="utf-8")
    known = re.findall(r'<symbol id="([\w-]+)"', sprite)
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([\w-]+)" %}', path.read_text())}
    assert named and not (named | {icon for *_, icon, _ in OWN_PAGES}) - set(known)
    assert set(ICONS.split()) == set(known), "the style guide shows every icon"


def test_files_when_served_then_they_are_small() -> None:
    scripts = [path.read_text(encoding="utf-8") for path in SOURCE.glob("*/static/*/*.js")]
    assert len(CSS.encode()) <= 45_000
    assert 50 < sum(len(script.splitlines()) for script in scripts) <= 600


def test_templates_when_read_then_hold_no_inline_script_or_style() -> None:
    inline = re.compile(
        r"<style|\sstyle=|\son\w+=|<script(?![^>]*(?:\ssrc=|\stype=.application/json))", re.IGNORECASE
    )
    at_fault = [path.name for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))]
    assert not at_fault


def test_links_when_pages_are_read_then_every_style_sheet_is_loaded() -> None:
    for name in ("base", "bare"):
        page = (SOURCE / f"core/templates/core/{name}.html").read_text(encoding="utf-8")
        assert re.findall(r"core/(\w+)\.css", page) == list(SHEETS)


def test_pages_when_loaded_then_nothing_comes_from_elsewhere() -> None:
    loads = re.compile(
        r"<(?:script|link|img|iframe|source|use)[^>]+(?:src|href)=.(?:https?:)?//", re.IGNORECASE
    )
    assert not [path.name for path in TEMPLATES if loads.search(path.read_text(encoding="utf-8"))]
    assert not re.search(r"@import|@font-face|url\(", CSS)


def test_templates_when_they_name_a_class_then_the_style_sheet_knows_it() -> None:
    known = set(re.findall(r"\.([a-z][\w-]*)", CSS))
    unknown = set()
    for path in TEMPLATES:
        text = re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text(encoding="utf-8"))
        words = " ".join(re.findall(r'class="([^"]*)"', text)).split()
        # What a template fills in leaves the start of a class: "tag-".
        unknown |= {f"{path.name}: {word}" for word in words if word not in known and not word.endswith("-")}
    assert not unknown
