"""What the kit of invoices says of documents, listed for translation (ringar.core.kit_words shows it)."""

from django.utils.translation import gettext_noop

PLACES = (gettext_noop("invoice"), gettext_noop("line"))
READING = (
    gettext_noop("the document is {size} MB, and at most {most} MB are read"),
    gettext_noop("Ask the sender for the invoice without its attachments"),
    gettext_noop("this is not whole XML ({error})"),
    gettext_noop("Ask the sender to send the file again, unchanged, in UTF-8"),
    gettext_noop("the document declares a document type, which an invoice may not"),
    gettext_noop("Remove <!DOCTYPE …>"),
    gettext_noop("the root element is {tag}, not an Invoice or a CreditNote in UBL 2.1"),
    gettext_noop("Send the invoice as Peppol BIS Billing 3.0 (UBL)"),
    gettext_noop("the document has no line"),
    gettext_noop("An invoice needs one or more"),
    gettext_noop("the amount is in {stated}, the document in {expected}"),
    gettext_noop("All amounts of an invoice are in its own currency (cbc:DocumentCurrencyCode)"),
    gettext_noop("the total of VAT is missing"),
    gettext_noop("State cbc:TaxAmount, if only 0"),
    gettext_noop("the price is for {number} units"),
    gettext_noop("State a quantity above 0, or none"),
    gettext_noop("'{text}' is no currency"),
    gettext_noop("Write three letters: SEK"),
    gettext_noop("{path} is missing"),
    gettext_noop("{path} is empty"),
    gettext_noop("Ask the sender to complete it"),
    gettext_noop("'{text}' is no number"),
    gettext_noop("Write it as 1234.50"),
    gettext_noop("'{text}' is no date"),
    gettext_noop("Write it as 2026-01-31"),
    gettext_noop("'{text}' is neither true nor false"),
    gettext_noop("Write true for a charge, false for a discount"),
)
CREDITING = (
    gettext_noop("it gives money back already"),
    gettext_noop("Send a new invoice instead of a credit note"),
    gettext_noop("the credit note is of {issued}, before the invoice ({invoice})"),
    gettext_noop("Give it a later day"),
    gettext_noop("the credit note needs a number of its own"),
    gettext_noop("Give it another number"),
    gettext_noop("the reason is empty"),
    gettext_noop("Say why it is credited"),
    gettext_noop("a text holds a character that XML can not"),
    gettext_noop("Remove control characters from the text"),
)
