"""The table of states as a page for the docs: `python -m ringar.needs.diagram` writes it anew."""

from pathlib import Path

from ringar.needs.rules import SET_BY_OTHERS, TRANSITIONS, NeedState

PAGE = Path("docs/reference/need-states.md")
WHO = {
    "author": "its author",
    "unit": "the unit, its author or owner",
    "leaders": "those who lead development",
}


def states_page() -> str:
    """The page as Markdown: a Mermaid diagram and the same as a table."""
    arrows = [f"    {t.start} --> {t.to}" for t in TRANSITIONS]
    rows = [f"| {t.start} | {t.to} | {WHO[t.who]} | {', '.join(t.asks) or '–'} |" for t in TRANSITIONS]
    others = ", ".join(state for state in NeedState if state in SET_BY_OTHERS)
    return "\n".join(
        [
            "# The states of a need",
            "",
            "Written by `python -m ringar.needs.diagram` from `TRANSITIONS` in `src/ringar/needs/rules.py`.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> draft",
            *arrows,
            "    closed --> [*]",
            "```",
            "",
            "| from | to | who takes the step | what must be there |",
            "|---|---|---|---|",
            *rows,
            "",
            f"The rooms above set {others} from their own pages.",
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(states_page(), encoding="utf-8")
