"""What is kept about people and what becomes of it, as a page: `ringar retention`."""

from django.utils.translation import override

from ringar.core.registry import personal_tables

HEAD = """# What is kept about people

Written by `ringar retention` from what each room declares in its `personal.py`. It is what a person
sees, and can take home, on `/mina-uppgifter/`, and what happens there on erasure: all of it in one transaction.

**removed**: the rows go. **anonymised**: the rows stay, and nothing in them tells who it was. **archived**: the rows
stay as they are, since public records may not be weeded without a decision (arkivlagen 1990:782, 10 §); their author
becomes "Raderad person", as the person's own row is anonymised. How long archived rows are kept is for the
organisation's own information management plan; nothing here takes them away. Copies in backups last as long as
those do.

| what | table | on erasure | why |
|---|---|---|---|
"""


@override("en")
def retention_page() -> str:
    """The page as Markdown."""
    rows = [f"| {each.label} | {each.table} | {each.fate} | {each.why} |\n" for each in personal_tables()]
    return HEAD + "".join(rows)
