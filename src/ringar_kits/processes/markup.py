"""Reads XML that strangers wrote: no document type, so no entities that blow up and no file or address fetched."""

from typing import Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ringar_kits.errors import InputError

MAX_DEPTH = 200


def make_parser(name: str) -> "expat.XMLParserType":
    """Return a parser that refuses document types; tags are `namespace}tag`."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def refuse(*_: Any) -> NoReturn:
        raise InputError(
            "the file has a document type (DTD), which could fetch or unfold anything",
            place=name,
            remedy="Remove <!DOCTYPE …> and what belongs to it",
        )

    parser.StartDoctypeDeclHandler = refuse
    return parser


def told(error: expat.ExpatError, name: str) -> InputError:
    """Return what the parser found, in words with its line."""
    return InputError(
        "this is not well-formed XML ({error})",
        place=f"{name}, line {error.lineno}",
        facts={"error": expat.ErrorString(error.code)},
        remedy="Fetch the file anew from its source, or check it with its maker",
    )


def read_tree(content: bytes, name: str) -> Element:
    """Return the root of a document; tags are `{namespace}tag`. Raises `InputError` for what is no XML, or too deep."""
    parser, builder, depth = make_parser(name), TreeBuilder(), 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise InputError(
                "elements are nested more than {most} deep",
                place=name,
                remedy="Check its maker",
                facts={"most": MAX_DEPTH},
            )
        builder.start(_braced(tag), {_braced(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_braced(tag))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise told(error, name) from error
    return builder.close()


def _braced(tag: str) -> str:
    return f"{{{tag}" if "}" in tag else tag
