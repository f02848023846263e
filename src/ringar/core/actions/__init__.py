"""Every write of this room; and the audit row that every write of every room leaves."""

from ringar.core.actions.audit import audit_row, record_audit, record_audits, seal_chain
from ringar.core.actions.complaints import send_complaint
from ringar.core.actions.imports import import_people, import_units
from ringar.core.actions.interests import declare_interest, withdraw_interest
from ringar.core.actions.invitations import (
    accept_as_known,
    accept_as_new,
    invite_people,
    resend_invitation,
    withdraw_invitation,
)
from ringar.core.actions.people import add_person, create_organisation
from ringar.core.actions.personal import end_guide, erase_person, export_personal_data
from ringar.core.actions.roles import (
    end_sessions,
    give_role,
    let_in_again,
    lock_out,
    protect_person,
    take_role,
)
from ringar.core.actions.teams import add_team_member, remove_team_member
from ringar.core.actions.units import add_unit, grow_unit, merge_unit, move_unit, rename_unit

__all__ = [
    "accept_as_known",
    "accept_as_new",
    "add_person",
    "add_team_member",
    "add_unit",
    "audit_row",
    "create_organisation",
    "declare_interest",
    "end_guide",
    "end_sessions",
    "erase_person",
    "export_personal_data",
    "give_role",
    "grow_unit",
    "import_people",
    "import_units",
    "invite_people",
    "let_in_again",
    "lock_out",
    "merge_unit",
    "move_unit",
    "protect_person",
    "record_audit",
    "record_audits",
    "remove_team_member",
    "rename_unit",
    "resend_invitation",
    "seal_chain",
    "send_complaint",
    "take_role",
    "withdraw_interest",
    "withdraw_invitation",
]
