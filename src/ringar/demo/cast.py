"""The named people of the demo, the same as in the tests. All invented; nobody who lives is a character."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PASSWORD = "ringar-pa-vatten"  # noqa: S105 (printed at start, and only the demo's invented people have it)


@dataclass(frozen=True)
class CastMember:
    """Someone to log in as: the key in the demo's data, who it is, what to try."""

    key: str
    name: str
    who: str | Promise
    tries: str | Promise


CAST = (
    CastMember(
        "bo",
        "Bo",
        _("Manager in home care"),
        _("Write down a need on your phone, and see whom you meet about it."),
    ),
    CastMember(
        "alva",
        "Alva",
        _("Development manager in a district"),
        _("Plan a meeting day with startups, and see what seven pilots have shown."),
    ),
    CastMember("cilla", "Cilla", _("CIO"), _("See every pilot on one page: stage, money, what is missing.")),
    CastMember(
        "dag",
        "Dag",
        _("Innovation director"),
        _("Answer the invoice robot, kill it and see the work go on; follow a round to pilots."),
    ),
    CastMember("elif", "Elif", _("Founder of a startup"), _("Describe your solution, and answer a call.")),
    CastMember("farid", "Farid", _("Resident"), _("Read what was tried, what it cost and what it did.")),
    CastMember("sam", "Sam", _("Works in another municipality"), _("See that what is closed is closed.")),
)


def email_of(key: str) -> str:
    """The log-in of a cast member: the address in the demo's data; Sam and Elif work elsewhere."""
    domain = {"sam": "fjardinge", "elif": "ordbryggan"}.get(key, "ringsala")
    return f"{key}@{domain}.example"
