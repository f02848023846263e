"""XML in, safely: no entities, no network, no document type, a limit on size and depth."""

from typing import Any

from lxml import etree

from ringar_kits.invoices.model import CREDIT_NOTE, INVOICE, InvoiceError

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE  # libxml2 holds no longer text than this without lifting its own guards
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"
PREFIXES = {"cac": CAC, "cbc": CBC}
Element = Any  # lxml has no types of its own


def parse(data: bytes) -> Element:
    """The root element of an Invoice or a CreditNote in UBL 2.1; raises InvoiceError for all else."""
    if len(data) > LARGEST:
        raise InvoiceError(
            "the document is {size} MB, and at most {most} MB are read",
            remedy="Ask the sender for the invoice without its attachments",
            facts={"size": f"{len(data) / MEGABYTE:.0f}", "most": LARGEST // MEGABYTE},
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise InvoiceError(
            "this is not whole XML ({error})",
            place=f"line {line}" if line else "",
            remedy="Ask the sender to send the file again, unchanged, in UTF-8",
            facts={"error": str(error)[:120]},
        ) from None
    # An entity may be a bomb or read a file of ours; no invoice has any use for one.
    if root.getroottree().docinfo.doctype:
        raise InvoiceError(
            "the document declares a document type, which an invoice may not",
            place="line 1",
            remedy="Remove <!DOCTYPE …>",
        )
    if root.tag not in {f"{{{UBL.format(kind)}}}{kind}" for kind in (INVOICE, CREDIT_NOTE)}:
        raise InvoiceError(
            "the root element is {tag}, not an Invoice or a CreditNote in UBL 2.1",
            place=f"line {root.sourceline}",
            remedy="Send the invoice as Peppol BIS Billing 3.0 (UBL)",
            facts={"tag": str(root.tag)[:120]},
        )
    return root


def kind_of(root: Element) -> str:
    """`Invoice` or `CreditNote`."""
    return str(etree.QName(root).localname)


def find(element: Element, path: str) -> Element | None:
    """The first element at a path such as `cac:Price/cbc:PriceAmount`."""
    return None if element is None else element.find(path, PREFIXES)


def find_all(element: Element, path: str) -> list[Element]:
    """All elements at a path, in their order."""
    return [] if element is None else list(element.findall(path, PREFIXES))


def text(element: Element, path: str) -> str:
    """The text at a path without space around it; "" where there is none."""
    found = find(element, path)
    return "" if found is None else (found.text or "").strip()


def place(element: Element) -> str:
    """Where an element stands: `line 12, InvoiceLine/Price`."""
    names = [str(etree.QName(element).localname)]
    parent = element.getparent()
    while parent is not None and parent.getparent() is not None:
        names.insert(0, str(etree.QName(parent).localname))
        parent = parent.getparent()
    return f"line {element.sourceline}, {'/'.join(names)}"
