"""Every write of this room; and the audit row that every write of every room leaves."""

from ringar.core.actions.audit import audit_row, record_audit
from ringar.core.actions.complaints import send_complaint
from ringar.core.actions.imports import import_people, import_units
from ringar.core.actions.interests import declare_interest, withdraw_interest
from ringar.core.actions.people import add_person, add_unit, create_organisation, give_role

__all__ = [
    "add_person",
    "add_unit",
    "audit_row",
    "create_organisation",
    "declare_interest",
    "give_role",
    "import_people",
    "import_units",
    "record_audit",
    "send_complaint",
    "withdraw_interest",
]
