"""The people of an organisation: list, one person, roles given and taken, locking out, protected identity."""

from collections.abc import Callable, Iterator
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ringar.core.actions import give_role, let_in_again, lock_out, protect_person, take_role
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.models import Membership, Person, Unit
from ringar.core.people_forms import RoleForm
from ringar.core.people_queries import (
    filter_people,
    is_uuid,
    page_of_people,
    people_here,
    person_for,
)
from ringar.core.queries import roles_of, shown_name
from ringar.core.rules import (
    NotAllowed,
    Refused,
    Role,
    Viewer,
    administers,
    gives_roles,
    is_theirs_alone,
    may_give,
)
from ringar.core.text import tidy_text


def me(request: Request) -> Person:
    """Who is logged in, for views that ask for a log-in."""
    if not isinstance(request.user, Person):
        raise NotAllowed
    return request.user


def asked_for(request: Request) -> dict[str, str]:
    """What the address asks the list for; nothing but known and tidy values."""
    wanted = {
        name: tidy_text(request.GET.get(name, "")).strip()[:100] for name in ("q", "unit", "role", "after")
    }
    if wanted["role"] not in Role.values:
        wanted["role"] = ""
    return wanted


def unit_asked_for(viewer: Viewer, uuid: str) -> Unit | None:
    """The unit of the viewer's organisation with that uuid; None for any other text."""
    units = Unit.objects.filter(organisation_id=viewer.organisation_id or 0)
    return units.filter(uuid=uuid).first() if is_uuid(uuid) else None


def roles_here(person: Person, viewer: Viewer) -> list[Membership]:
    """The person's roles in the viewer's organisation."""
    return [each for each in roles_of(person) if each.unit.organisation_id == viewer.organisation_id]


def may_read_name(person: Person, viewer: Viewer) -> bool:
    """Whether the name, and so the address, is the viewer's to read."""
    return shown_name(person, viewer) == (person.name or person.email)


@login_required
@require_GET
def people_list(request: Request) -> HttpResponse:
    """Everyone with a role in the units that the viewer keeps. 7 queries."""
    viewer, wanted = request.viewer, asked_for(request)
    unit = unit_asked_for(viewer, wanted["unit"])
    found = filter_people(viewer, people_here(viewer), text=wanted["q"], unit=unit, role=wanted["role"])
    people, more = page_of_people(found, wanted["after"])
    kept = {name: value for name, value in wanted.items() if value and name != "after"}
    context = {
        "rows": [(person, roles_here(person, viewer), may_read_name(person, viewer)) for person in people],
        "wanted": wanted,
        "unit": unit,
        "units": Unit.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("name"),
        "roles": Role.choices,
        "more": urlencode({**kept, "after": more}) if more else "",
        "asked": urlencode(kept),
        "may_invite": gives_roles(viewer),
    }
    return render(request, "core/people_list.html", context)


@login_required
@require_GET
def people_file(request: Request) -> FileResponse:
    """The list as a file: CSV, or Excel with ?format=xlsx."""
    viewer, wanted = request.viewer, asked_for(request)
    unit = unit_asked_for(viewer, wanted["unit"])
    people = filter_people(viewer, people_here(viewer), text=wanted["q"], unit=unit, role=wanted["role"])
    header = (_("Name"), _("E-mail"), _("Title"), _("Role"), _("Unit"), _("Last logged in"), _("Can log in"))

    def lines() -> Iterator[tuple[object, ...]]:
        for person in people[: MOST_ROWS + 1].iterator(chunk_size=1000):
            email = person.email if may_read_name(person, viewer) else ""
            told = (shown_name(person, viewer), email, person.title)
            active = _("yes") if person.is_active else _("no")
            for each in roles_here(person, viewer):
                yield (*told, each.get_role_display(), each.unit.name, person.last_login, active)

    return export_response("personer", header, lines(), kind=request.GET.get("format"))


@login_required
@require_GET
def person_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One person: roles here, last log-in, and what the viewer may do about them."""
    person = person_for(request.viewer, uuid)
    return shown_person(request, person, RoleForm(viewer=request.viewer))


def shown_person(request: Request, person: Person, form: RoleForm) -> HttpResponse:
    """The page of one person with the form for one more role."""
    viewer = request.viewer
    places = {each.unit_id: each.unit.organisation_id for each in roles_of(person)}
    rules = [
        (
            each,
            may_give(viewer, each.role, organisation_id=each.unit.organisation_id, unit_id=each.unit_id),
        )
        for each in roles_here(person, viewer)
    ]
    context = {
        "person": person,
        "roles": rules,
        "named": may_read_name(person, viewer),
        "form": form if form.fields["role"].choices else None,  # type: ignore[attr-defined]
        "administers": administers(viewer, works_in=places),
        "is_theirs_alone": is_theirs_alone(viewer, works_in=places),
        "is_self": person.pk == viewer.person_id,
    }
    return render(request, "core/person_detail.html", context)


@login_required
@require_POST
def role_give(request: Request, uuid: UUID) -> HttpResponse:
    """Gives the person one more role."""
    person = person_for(request.viewer, uuid)
    form = RoleForm(request.POST, viewer=request.viewer)
    if form.is_valid():
        try:
            give_role(by=request.viewer, person=person, **form.cleaned_data)
        except Refused as refused:
            form.add_error("role", str(refused))
        else:
            messages.success(request, _("The role is given. It holds from now."))
            return redirect("person_detail", uuid)
    return shown_person(request, person, form)


@login_required
@require_POST
def role_take(request: Request, uuid: UUID) -> HttpResponse:
    """Takes back the role that the form names."""
    person = person_for(request.viewer, uuid)
    number = request.POST.get("membership", "")
    membership = next((each for each in roles_here(person, request.viewer) if str(each.pk) == number), None)
    if membership is None:
        raise NotAllowed
    tell(request, take_role, _("The role is taken back."), membership=membership)
    is_left = people_here(request.viewer).filter(pk=person.pk).exists()
    return redirect("person_detail", uuid) if is_left else redirect("people_list")


@login_required
@require_POST
def person_lock(request: Request, uuid: UUID) -> HttpResponse:
    """Locks the person out, or lets the person in again."""
    person = person_for(request.viewer, uuid)
    if request.POST.get("do") == "let-in":
        tell(request, let_in_again, _("The person can log in again."), person=person)
    else:
        tell(request, lock_out, _("The person is logged out everywhere and can not log in."), person=person)
    return redirect("person_detail", uuid)


@login_required
@require_POST
def person_protect(request: Request, uuid: UUID) -> HttpResponse:
    """Says whether the person's identity is protected."""
    person = person_for(request.viewer, uuid)
    is_protected = request.POST.get("protected") == "yes"
    told = (
        _("The identity is protected. Others now see the title or the unit in place of the name.")
        if is_protected
        else _("The identity is no longer protected. Everyone who works here can read the name.")
    )
    tell(request, protect_person, told, person=person, is_protected=is_protected)
    return redirect("person_detail", uuid)


def tell(request: Request, action: Callable[..., object], done: str, **arguments: object) -> None:
    """Does it, and says that it is done, or why it is refused."""
    try:
        action(by=request.viewer, **arguments)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
