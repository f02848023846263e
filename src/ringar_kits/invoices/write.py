"""From an `Invoice` to UBL 2.1, elements in the order of the schema."""

from collections.abc import Iterable
from decimal import Decimal

from lxml import etree

from ringar_kits.invoices.model import (
    CREDIT_NOTE,
    INVOICE,
    Adjustment,
    Invoice,
    InvoiceError,
    Line,
    Party,
    Payment,
    Tax,
    TaxSum,
    Totals,
)
from ringar_kits.invoices.xml import CAC, CBC, UBL, Element


def write_invoice(invoice: Invoice) -> bytes:
    """The document as UBL 2.1 in UTF-8; raises InvoiceError for a character that XML can not hold."""
    space = UBL.format(invoice.kind)
    root = etree.Element(f"{{{space}}}{invoice.kind}", nsmap={None: space, "cac": CAC, "cbc": CBC})
    try:
        _Writer(invoice).document(root)
    except ValueError as error:
        raise InvoiceError(
            "a text holds a character that XML can not", remedy="Remove control characters from the text"
        ) from error
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


class _Writer:
    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice

    def document(self, root: Element) -> None:
        invoice = self.invoice
        _add(root, "CustomizationID", invoice.customization)
        _add(root, "ProfileID", invoice.profile)
        _add(root, "ID", invoice.number)
        _add(root, "IssueDate", invoice.issued.isoformat())
        if invoice.due and invoice.kind == INVOICE:
            _add(root, "DueDate", invoice.due.isoformat())
        _add(root, f"{invoice.kind}TypeCode", invoice.type_code)
        _add(root, "Note", invoice.note)
        _add(root, "DocumentCurrencyCode", invoice.currency)
        _add(root, "TaxCurrencyCode", invoice.tax_currency)
        _add(root, "AccountingCost", invoice.cost_centre)
        _add(root, "BuyerReference", invoice.buyer_reference)
        if invoice.order:
            _add(_part(root, "OrderReference"), "ID", invoice.order)
        for reference in invoice.preceding:
            document = _part(_part(root, "BillingReference"), "InvoiceDocumentReference")
            _add(document, "ID", reference.number)
            if reference.issued:
                _add(document, "IssueDate", reference.issued.isoformat())
        self.party(_part(root, "AccountingSupplierParty"), invoice.seller)
        self.party(_part(root, "AccountingCustomerParty"), invoice.buyer)
        if invoice.delivered:
            _add(_part(root, "Delivery"), "ActualDeliveryDate", invoice.delivered.isoformat())
        for payment in invoice.payments:
            self.payment(_part(root, "PaymentMeans"), payment)
        if invoice.terms:
            _add(_part(root, "PaymentTerms"), "Note", invoice.terms)
        self.adjustments(root, invoice.adjustments)
        self.taxes(root)
        self.totals(_part(root, "LegalMonetaryTotal"), invoice.totals)
        for line in invoice.lines:
            self.line(_part(root, f"{invoice.kind}Line"), line)

    def party(self, parent: Element, party: Party) -> None:
        element = _part(parent, "Party")
        _add(element, "EndpointID", party.endpoint, schemeID=party.endpoint_scheme)
        if party.trading_name:
            _add(_part(element, "PartyName"), "Name", party.trading_name)
        address = _part(element, "PostalAddress")
        _add(address, "StreetName", party.street)
        _add(address, "AdditionalStreetName", party.street_more)
        _add(address, "CityName", party.city)
        _add(address, "PostalZone", party.postcode)
        _add(_part(address, "Country"), "IdentificationCode", party.country)
        for number, scheme in ((party.vat_number, "VAT"), (party.tax_note, "TAX")):
            if number:
                tax = _part(element, "PartyTaxScheme")
                _add(tax, "CompanyID", number)
                _add(_part(tax, "TaxScheme"), "ID", scheme)
        legal = _part(element, "PartyLegalEntity")
        _add(legal, "RegistrationName", party.name)
        _add(legal, "CompanyID", party.number, schemeID=party.number_scheme)
        _add(legal, "CompanyLegalForm", party.legal_form)
        if party.contact or party.phone or party.email:
            contact = _part(element, "Contact")
            _add(contact, "Name", party.contact)
            _add(contact, "Telephone", party.phone)
            _add(contact, "ElectronicMail", party.email)

    def payment(self, element: Element, payment: Payment) -> None:
        _add(element, "PaymentMeansCode", payment.code)
        # A credit note has no DueDate; UBL keeps it with the payment.
        if self.invoice.kind == CREDIT_NOTE and self.invoice.due:
            _add(element, "PaymentDueDate", self.invoice.due.isoformat())
        _add(element, "PaymentID", payment.reference)
        if payment.account or payment.account_name or payment.bank:
            account = _part(element, "PayeeFinancialAccount")
            _add(account, "ID", payment.account)
            _add(account, "Name", payment.account_name)
            if payment.bank:
                _add(_part(account, "FinancialInstitutionBranch"), "ID", payment.bank)

    def adjustments(self, parent: Element, adjustments: Iterable[Adjustment]) -> None:
        for change in adjustments:
            element = _part(parent, "AllowanceCharge")
            _add(element, "ChargeIndicator", "true" if change.is_charge else "false")
            _add(element, "AllowanceChargeReasonCode", change.reason_code)
            _add(element, "AllowanceChargeReason", change.reason)
            if change.share is not None:
                _add(element, "MultiplierFactorNumeric", f"{change.share:f}")
            self.amount(element, "Amount", change.amount)
            self.amount(element, "BaseAmount", change.base)
            if change.tax:
                _tax(element, "TaxCategory", change.tax)

    def taxes(self, root: Element) -> None:
        total = _part(root, "TaxTotal")
        self.amount(total, "TaxAmount", self.invoice.tax_total)
        for part in self.invoice.tax_sums:
            self.tax_sum(_part(total, "TaxSubtotal"), part)
        if self.invoice.tax_total_own_currency is not None:
            amount = f"{self.invoice.tax_total_own_currency:f}"
            _add(_part(root, "TaxTotal"), "TaxAmount", amount, currencyID=self.invoice.tax_currency)

    def tax_sum(self, element: Element, part: TaxSum) -> None:
        self.amount(element, "TaxableAmount", part.taxable)
        self.amount(element, "TaxAmount", part.amount)
        _tax(element, "TaxCategory", part.tax, part.reason, part.reason_code)

    def totals(self, element: Element, totals: Totals) -> None:
        for name, amount in (
            ("LineExtensionAmount", totals.lines),
            ("TaxExclusiveAmount", totals.without_tax),
            ("TaxInclusiveAmount", totals.with_tax),
            ("AllowanceTotalAmount", totals.allowances),
            ("ChargeTotalAmount", totals.charges),
            ("PrepaidAmount", totals.prepaid),
            ("PayableRoundingAmount", totals.rounding),
            ("PayableAmount", totals.payable),
        ):
            self.amount(element, name, amount)

    def line(self, element: Element, line: Line) -> None:
        _add(element, "ID", line.number)
        _add(element, "Note", line.note)
        quantity = "InvoicedQuantity" if self.invoice.kind == INVOICE else "CreditedQuantity"
        _add(element, quantity, f"{line.quantity:f}", unitCode=line.unit)
        self.amount(element, "LineExtensionAmount", line.amount)
        _add(element, "AccountingCost", line.cost_centre)
        self.adjustments(element, line.adjustments)
        item = _part(element, "Item")
        _add(item, "Description", line.description)
        _add(item, "Name", line.name)
        _tax(item, "ClassifiedTaxCategory", line.tax)
        price = _part(element, "Price")
        self.amount(price, "PriceAmount", line.price)
        if line.price_per != 1:
            _add(price, "BaseQuantity", f"{line.price_per:f}", unitCode=line.unit)

    def amount(self, parent: Element, name: str, amount: Decimal | None) -> None:
        if amount is not None:
            _add(parent, name, f"{amount:f}", currencyID=self.invoice.currency)


def _tax(parent: Element, name: str, tax: Tax, reason: str = "", reason_code: str = "") -> None:
    element = _part(parent, name)
    _add(element, "ID", tax.category)
    if tax.rate is not None:
        _add(element, "Percent", f"{tax.rate:f}")
    _add(element, "TaxExemptionReasonCode", reason_code)
    _add(element, "TaxExemptionReason", reason)
    _add(_part(element, "TaxScheme"), "ID", "VAT")


def _part(parent: Element, name: str) -> Element:
    return etree.SubElement(parent, f"{{{CAC}}}{name}")


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    """An empty text is left out: in UBL an element that is there must say something."""
    if text:
        kept = {key: value for key, value in attributes.items() if value}
        etree.SubElement(parent, f"{{{CBC}}}{name}", kept).text = text
