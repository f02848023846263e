"""Who is looking, and what that person may see: pure decisions, no database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in a unit (and in the units below it)."""

    STAFF = "staff", _("Staff")
    MANAGER = "manager", _("Manager")
    DEVELOPMENT_MANAGER = "development_manager", _("Development manager")
    CIO = "cio", _("CIO")
    BUYER = "buyer", _("Buyer")
    MODERATOR = "moderator", _("Moderator")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor (reads only)")
    SOLVER = "solver", _("Supplier or startup")
    RESIDENT = "resident", _("Resident")


OUTSIDE_ROLES = frozenset({Role.SOLVER.value, Role.RESIDENT.value})
READ_ONLY_ROLES = OUTSIDE_ROLES | {Role.AUDITOR.value}
LEADING_ROLES = frozenset({Role.DEVELOPMENT_MANAGER.value, Role.CIO.value, Role.ADMINISTRATOR.value})
KEEPING_ROLES = frozenset({Role.DEVELOPMENT_MANAGER.value, Role.ADMINISTRATOR.value})


class Visibility(models.TextChoices):
    """Who may see a row besides the one who wrote it."""

    UNIT = "unit", _("Only our unit")
    ORGANISATION = "organisation", _("Everyone who works here")
    PUBLIC = "public", _("Everyone, also outside")


class NotAllowed(Exception):
    """The viewer may not do this. Shown as "not found", so that nothing is revealed."""


class Refused(Exception):
    """The request can not be carried out as it stands; the text says why and what to do instead."""


@dataclass(frozen=True)
class Viewer:
    """Who is looking or acting: one person in one organisation, or a command, or nobody logged in.

    `unit_ids` are the units where the person works, with all units below them; `own_unit_ids` those without the
    ones below; `role_units` the units where each role holds; `top_unit_ids` the organisation's units with none above,
    where a role holds everywhere. Who is only a resident or supplier works in none.
    `home_unit` is the one where the person has had a role longest: what the audit trail tells. `team_rows` are
    the uuids of rows that the person works with in a team, from whatever unit. `shown_names` remembers, while one
    page is made, what is shown in place of the names of people with protected identity.
    """

    person_id: int | None = None
    label: str = ""
    organisation_id: int | None = None
    unit_ids: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    home_unit_id: int | None = None
    home_unit: str = ""
    own_unit_ids: frozenset[int] = frozenset()
    role_units: Mapping[str, frozenset[int]] = field(default_factory=dict, hash=False)
    top_unit_ids: frozenset[int] = frozenset()
    team_rows: frozenset[UUID] = frozenset()
    shown_names: dict[int, str] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of_command_line(cls, organisation_id: int | None = None) -> "Viewer":
        """The operator of the installation, acting from a terminal; the audit trail says so."""
        return cls(
            label="command line", organisation_id=organisation_id, roles=frozenset({Role.ADMINISTRATOR.value})
        )

    @classmethod
    def of_robot(cls, organisation_id: int | None = None) -> "Viewer":
        """Queued work acting on its own."""
        return cls(
            label="robot", organisation_id=organisation_id, roles=frozenset({Role.ADMINISTRATOR.value})
        )

    @property
    def is_inside(self) -> bool:
        """Works in the organisation (or audits it): not only a resident or supplier there."""
        return self.organisation_id is not None and bool(self.roles - OUTSIDE_ROLES)

    @property
    def may_write(self) -> bool:
        """May write on behalf of the organisation."""
        return self.organisation_id is not None and bool(self.roles - READ_ONLY_ROLES)

    @property
    def keeps(self) -> bool:
        """May take spreadsheets of units, people, needs and suppliers into the organisation."""
        return self.organisation_id is not None and bool(self.roles & KEEPING_ROLES)

    @property
    def leads(self) -> bool:
        """May decide for the whole organisation (development manager, CIO, administrator)."""
        return bool(self.roles & LEADING_ROLES)

    def holds_in(self, unit_id: int | None, roles: Collection[str]) -> bool:
        """Whether one of the roles holds in that unit; the operator's and the robots' hold everywhere."""
        if self.person_id is None:
            return bool(self.roles & set(roles))
        return any(unit_id in self.role_units.get(role, ()) for role in roles)

    def leads_in(self, unit_id: int | None) -> bool:
        """May decide for that unit: leads it, or a unit above it."""
        return self.holds_in(unit_id, LEADING_ROLES)


GIVES: Mapping[str, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(Role.values),
    Role.DEVELOPMENT_MANAGER: frozenset({Role.STAFF, Role.MANAGER, Role.SOLVER, Role.RESIDENT}),
    Role.CIO: frozenset({Role.STAFF, Role.MANAGER}),
    Role.MANAGER: frozenset({Role.STAFF}),
}
"""Who may give which roles, and take them back, in the units where the own role holds. Never one above the own."""


def may_give(viewer: Viewer, role: str, *, organisation_id: int, unit_id: int) -> bool:
    """Whether the viewer may give that role in that unit, or take it back."""
    if viewer.person_id is None:
        here = viewer.organisation_id in (None, organisation_id)
        return here and Role.ADMINISTRATOR in viewer.roles
    if viewer.organisation_id != organisation_id:
        return False
    return any(role in given and viewer.holds_in(unit_id, {mine}) for mine, given in GIVES.items())


def gives_roles(viewer: Viewer) -> bool:
    """Whether there is some unit where the viewer may give some role."""
    return viewer.organisation_id is not None and bool(viewer.roles & GIVES.keys())


def roles_to_give(viewer: Viewer, *, organisation_id: int, unit_id: int) -> list[Role]:
    """The roles that the viewer may give in that unit, in the order of the pages."""
    return [role for role in Role if may_give(viewer, role, organisation_id=organisation_id, unit_id=unit_id)]


KEEPING_PEOPLE = frozenset(GIVES) | {Role.AUDITOR.value}


def people_units(viewer: Viewer) -> frozenset[int]:
    """The units whose people the viewer reads a list of: where those roles hold that give roles, or the auditor's."""
    if viewer.organisation_id is None:
        return frozenset()
    held = [units for role, units in viewer.role_units.items() if role in KEEPING_PEOPLE]
    return frozenset().union(*held)


def fits_beside(role: str, others: Collection[str]) -> bool:
    """Whether someone with the other roles in the organisation may have this one: an auditor has no other."""
    return not others or set(others) == {role} or Role.AUDITOR not in {role, *others}


def administers(viewer: Viewer, *, works_in: Mapping[int, int]) -> bool:
    """Whether the viewer is administrator of a unit where a person works, {unit id: organisation id}."""
    if viewer.person_id is None:
        return Role.ADMINISTRATOR in viewer.roles
    mine = [unit for unit, organisation in works_in.items() if organisation == viewer.organisation_id]
    return any(viewer.holds_in(unit, {Role.ADMINISTRATOR}) for unit in mine)


def is_theirs_alone(viewer: Viewer, *, works_in: Mapping[int, int]) -> bool:
    """Whether the person works nowhere but in units that the viewer administers, and so may be locked out."""
    return all(administers(viewer, works_in={unit: home}) for unit, home in works_in.items())


class InvitationState(models.TextChoices):
    """Where an invitation stands."""

    WAITING = "waiting", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


INVITATION_DAYS = 14
MOST_INVITED = 200
"""Addresses pasted at once."""


def invitation_state(
    now: datetime, *, lapses_at: datetime, accepted_at: datetime | None, withdrawn_at: datetime | None
) -> InvitationState:
    """The state that the dates make."""
    if accepted_at:
        return InvitationState.ACCEPTED
    if withdrawn_at:
        return InvitationState.WITHDRAWN
    return InvitationState.LAPSED if lapses_at <= now else InvitationState.WAITING


def can_name(viewer: Viewer, *, works_in: Mapping[int, int]) -> bool:
    """Whether the viewer may read the name of someone with protected identity.

    `works_in` says where that person works, {unit id: organisation id}. Only those who work in the same unit may,
    and the organisation's administrators.
    """
    if not viewer.is_inside:
        return False
    administers = Role.ADMINISTRATOR in viewer.roles and viewer.organisation_id in works_in.values()
    return administers or bool(viewer.own_unit_ids & works_in.keys())


def can_see(
    viewer: Viewer,
    *,
    organisation_id: int,
    unit_id: int | None,
    visibility: str,
    author_id: int | None,
    is_draft: bool,
    in_team: bool = False,
) -> bool:
    """Whether the viewer may see a row. The same rule as `core.queries.visible_to`, for one row in memory.

    `in_team`: the viewer works with the row in its team, or owns it.
    """
    if author_id is not None and viewer.person_id == author_id:
        return True
    if is_draft:
        return False
    if visibility == Visibility.PUBLIC:
        return True
    if viewer.organisation_id != organisation_id or not viewer.is_inside:
        return False
    return (
        visibility == Visibility.ORGANISATION
        or in_team
        or unit_id in viewer.unit_ids
        or (viewer.leads and viewer.person_id is None)
    )


def luhn_is_right(digits: str) -> bool:
    """Whether the last digit checks the others (Luhn, modulus 10), as in Swedish organisation numbers."""
    if not digits.isdigit():
        return False
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


SCOPES = {
    "needs:read": _("read needs that you may see"),
    "needs:write": _("write and change needs"),
    "offers:read": _("read suppliers and solutions that you may see"),
    "offers:write": _("describe suppliers and solutions"),
    "calls:read": _("read calls"),
    "calls:write": _("answer calls"),
    "talk:read": _("read discussions that you may see"),
    "talk:write": _("write in discussions"),
    "pilots:read": _("read pilots that you may see"),
    "measurements:read": _("read what pilots have measured"),
    "measurements:write": _("hand in measurements of pilots"),
    "data:read": _("read data sets that you may look into"),
    "feed": _("private feeds and calendars"),
}
"""What an access key may be good for. It never lets anyone do more than its owner may."""

COMPLAINTS_AN_HOUR = 20
"""More than people send; a flood stops here, and is told where else to turn."""


def may_complain(sent_last_hour: int) -> bool:
    """Whether one more complaint is taken now, given how many came in the last hour from everyone."""
    return sent_last_hour < COMPLAINTS_AN_HOUR
