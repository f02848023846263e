"""Invoices and credit notes in UBL 2.1 (Peppol BIS Billing 3.0): reads, checks, writes, credits."""

from ringar_kits.invoices.check import NOT_CHECKED, Finding, check_invoice
from ringar_kits.invoices.credit import make_credit_note
from ringar_kits.invoices.model import Invoice, InvoiceError
from ringar_kits.invoices.read import read_invoice
from ringar_kits.invoices.write import write_invoice

__all__ = [
    "NOT_CHECKED",
    "Finding",
    "Invoice",
    "InvoiceError",
    "check_invoice",
    "make_credit_note",
    "read_invoice",
    "write_invoice",
]
