"""Message catalogues: one a room, with Babel, so that nobody needs the GNU gettext tools.

python -m ringar.core.messages                    compiles all catalogues (.po to .mo)
python -m ringar.core.messages --update [ROOM …]  adds the rooms' new messages, removes those not in use
python -m ringar.core.messages --check [ROOM …]   lists what is missing, fuzzy or wrong (then exit code 1)

Messages are plain English in code and templates; `<room>/locale/sv/LC_MESSAGES/django.po` holds the Swedish.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[1]
LANGUAGE = "sv"
SUFFIXES = {".py", ".html", ".txt"}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "_lazy": None,  # gettext_lazy, where a module has both and `_` is gettext
    "_now": None,  # gettext, where a module has both and `_` is gettext_lazy
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = r"""msgid ""
msgstr ""
"Language: sv\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: {plural}\n"

"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w*)(:,)?\}|(%[sd])")


def rooms_of(source: Path) -> list[str]:
    """The names of the rooms: the folders with an `apps.py`."""
    return sorted(path.parent.name for path in source.glob("*/apps.py"))


def catalogue_path(source: Path, room: str) -> Path:
    return source / room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def python_of(path: Path) -> bytes:
    """The file as Python that Babel can read; of a template only the messages are left."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # The rest of a template becomes runs of X, which is Python of a kind once the indentation is gone.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).split("\n"))
    return text.encode()


def extract_messages(source: Path, room: str) -> Catalog:
    """All messages of the room's code and templates, without translations."""
    found = Catalog(locale=LANGUAGE)
    for path in sorted((source / room).rglob("*")):
        if path.suffix not in SUFFIXES or "migrations" in path.parts:
            continue
        place = path.relative_to(source).as_posix()
        for line, message, _comments, context in extract("python", BytesIO(python_of(path)), KEYWORDS):
            found.add(message, locations=[(place, line)], context=context)
    return found


def read_catalogue(path: Path) -> Catalog:
    """The room's catalogue; an empty one where the file is not there yet."""
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def messages_in(catalogue: Catalog) -> Iterator[Message]:
    """The messages without the header, which is the one with an empty id."""
    return (message for message in catalogue if message.id)


def placeholders(text: str) -> set[str]:
    return {match.group(0).replace(":,", "") for match in PLACEHOLDER.finditer(text)}


def faults_of(message: Message) -> list[str]:
    """What is wrong with one translation: fuzzy, empty, or other placeholders than the English text."""
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    if message.fuzzy:
        return ["is marked fuzzy"]
    if len(texts) < len(ids) or not all(texts):
        return ["is not translated"]
    asked, given = placeholders(texts[-1]), placeholders(ids[-1])
    # A singular may leave the number out ("one need"), but may not ask for what the code does not give.
    wrong = (asked ^ given) | (placeholders(texts[0]) - placeholders(ids[0]) - given)
    return [f"has other placeholders: {', '.join(sorted(wrong))}"] if wrong else []


def check_room(source: Path, room: str) -> list[str]:
    """One line for each message of the room that is missing, not in use, fuzzy, empty or wrong."""
    needed, catalogue = extract_messages(source, room), read_catalogue(catalogue_path(source, room))
    faults = []
    for message in messages_in(needed):
        kept = catalogue.get(message.id, message.context)
        wrong = ["is missing"] if kept is None else faults_of(kept)
        place, line = message.locations[0]
        faults += [f"{place}:{line}: {message.id!r} {fault}" for fault in wrong]
    for message in messages_in(catalogue):
        if needed.get(message.id, message.context) is None:
            faults.append(f"{room}: {message.id!r} is not in use")
    return faults


def check_conflicts(source: Path, rooms: list[str]) -> list[str]:
    """Messages that two rooms translate differently: Django would show one of the two everywhere."""
    seen: dict[tuple[object, object], tuple[str, object]] = {}
    faults = []
    for room in rooms:
        for message in messages_in(read_catalogue(catalogue_path(source, room))):
            key = (message.id, message.context)
            first, text = seen.setdefault(key, (room, message.string))
            if text and message.string and text != message.string:
                faults.append(f"{room}: {message.id!r} is {text!r} in {first} but {message.string!r} here")
    return faults


def update_room(source: Path, room: str) -> int:
    """Adds the room's new messages, removes those not in use; returns how many wait for a translation."""
    path = catalogue_path(source, room)
    needed, catalogue = extract_messages(source, room), read_catalogue(path)
    catalogue.update(needed, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    if not len(catalogue):
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with BytesIO() as memory:
        write_po(memory, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=True)
        path.write_bytes(HEADER.format(plural=catalogue.plural_forms).encode() + memory.getvalue())
    return sum(1 for message in messages_in(catalogue) if faults_of(message))


def compile_room(source: Path, room: str) -> None:
    """Writes the .mo file beside the room's .po file, where there is one."""
    path = catalogue_path(source, room)
    if not path.exists():
        return
    # Replaced in one step, so that a server that starts meanwhile never reads half a file.
    half = path.with_suffix(".mo.new")
    with half.open("wb") as file:
        write_mo(file, read_catalogue(path))
    half.replace(path.with_suffix(".mo"))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ringar.core.messages", description="Message catalogues.")
    parser.add_argument("--update", action="store_true", help="add new messages, take away those not in use")
    parser.add_argument("--check", action="store_true", help="list what is missing or wrong")
    parser.add_argument("room", nargs="*", help="default: all rooms")
    options = parser.parse_args(arguments)
    rooms = options.room or rooms_of(SOURCE)
    if unknown := set(rooms) - set(rooms_of(SOURCE)):
        parser.error(f"no such room: {', '.join(sorted(unknown))}")
    if options.update:
        for room in rooms:
            print(f"{room}: {update_room(SOURCE, room)} to translate")
    if options.check:
        faults = [fault for room in rooms for fault in check_room(SOURCE, room)] + check_conflicts(
            SOURCE, rooms
        )
        print("\n".join(faults) or "All messages are translated.")
        return 1 if faults else 0
    for room in rooms:
        compile_room(SOURCE, room)
    return 0


if __name__ == "__main__":
    sys.exit(main())
