"""Invoices and credit notes in UBL 2.1 (Peppol BIS Billing 3.0): reads, checks, writes, credits."""

from ringar_kits.invoices.model import Invoice, InvoiceError
from ringar_kits.invoices.read import read_invoice
from ringar_kits.invoices.write import write_invoice

__all__ = ["Invoice", "InvoiceError", "read_invoice", "write_invoice"]
