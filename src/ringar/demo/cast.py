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
        "bo", "Bo", _("Manager in home care"), _("Write down a need on your phone, and see who else has it.")
    ),
    CastMember(
        "alva",
        "Alva",
        _("Development manager in a district"),
        _("Choose among needs, and see which solutions fit."),
    ),
    CastMember("cilla", "Cilla", _("CIO"), _("See all that is under way on one page.")),
    CastMember(
        "dag", "Dag", _("Innovation director"), _("See the same need in many places, and publish a call.")
    ),
    CastMember("elif", "Elif", _("Founder of a startup"), _("Describe your solution, and answer a call.")),
    CastMember("farid", "Farid", _("Resident"), _("See what the municipality works with.")),
    CastMember("sam", "Sam", _("Works in another municipality"), _("See that what is closed is closed.")),
)


def email_of(key: str) -> str:
    """The log-in of a cast member: the address in the demo's data; Sam and Elif work elsewhere."""
    domain = {"sam": "fjardinge", "elif": "ordbryggan"}.get(key, "ringsala")
    return f"{key}@{domain}.example"
