"""The guides for each role say what the pages say: a word in bold is a word on a page, in the guide's language."""

import re
from pathlib import Path

import pytest

from ringar.core import messages
from ringar.core.rules import Role

HOWTO = Path(__file__).resolve().parents[1] / "docs" / "howto"
# The role a guide is for; residents and suppliers have theirs too.
GUIDES = [role.value.replace("_", "-") for role in Role]
ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)


def texts_on_pages(kind: str) -> str:
    """All that the catalogues hold in one language: English under "msgid", Swedish under "msgstr"."""
    found = []
    for path in messages.SOURCE.glob("*/locale/sv/LC_MESSAGES/django.po"):
        for key, quoted in ENTRY.findall(path.read_text(encoding="utf-8")):
            if key.startswith(kind):
                found.append("".join(re.findall(r'"(.*)"', quoted)))
    return "\n".join(found)


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize(("folder", "kind"), [("", "msgid"), ("sv", "msgstr")], ids=["English", "Swedish"])
def test_guide_when_read_then_its_bold_words_are_on_the_pages(guide: str, folder: str, kind: str) -> None:
    text = (HOWTO / folder / f"{guide}.md").read_text(encoding="utf-8")
    bold = {" ".join(words.split()).rstrip(".:") for words in re.findall(r"\*\*([^*]+)\*\*", text)}
    pages = texts_on_pages(kind)
    assert bold
    assert not sorted(words for words in bold if words not in pages)


@pytest.mark.parametrize("folder", ["", "sv"], ids=["English", "Swedish"])
def test_index_when_read_then_leads_to_every_guide(folder: str) -> None:
    index = (HOWTO / folder / "README.md").read_text(encoding="utf-8")
    assert not [guide for guide in GUIDES if f"]({guide}.md)" not in index]
