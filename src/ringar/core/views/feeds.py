"""Feeds and calendars to subscribe to: open ones, and one's own behind an address with an access key in it."""

import logging
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from ringar.core.actions.limits import allow, seconds_left
from ringar.core.actions.tokens import LONGEST_DAYS, make_token
from ringar.core.calendars import entries_for, write_calendar
from ringar.core.feeds import Feed, absolute, write_atom
from ringar.core.limiting import client_address, too_many
from ringar.core.middleware import Request
from ringar.core.models import Person, Unit
from ringar.core.registry import declared
from ringar.core.rules import Refused, Viewer
from ringar.core.token_queries import caller_of, living_tokens

log = logging.getLogger("ringar.trust")
SCOPE = "feed"
GUESSES, SPAN = 60, 3600  # wrong private addresses from one place in so many seconds
ATOM, CALENDAR = "application/atom+xml; charset=utf-8", "text/calendar; charset=utf-8"


def feed_named(key: str, *, is_private: bool = False) -> Feed:
    """The feed with that word in its address, else the page that is not found."""
    feed: Feed
    for feed in declared("feeds", "FEEDS"):
        if feed.key == key and feed.is_private == is_private:
            return feed
    raise Http404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feed_list(request: Request) -> HttpResponse:
    """What can be followed, and how; makes an address of one's own. That one is on the answer and nowhere after."""
    viewer, made, problem = request.viewer, "", ""
    if request.method == "POST":
        if viewer.person_id is None:
            return redirect_to_login(request.path)
        try:
            name = _("Feeds and calendar")
            _token, made = make_token(by=viewer, name=name, scopes=[SCOPE], days=LONGEST_DAYS - 1)
        except Refused as refused:
            problem = str(refused)
    public = [feed for feed in declared("feeds", "FEEDS") if not feed.is_private]
    keys = living_tokens().filter(person_id=viewer.person_id or 0).order_by("-id")
    here = viewer.organisation_id if viewer.is_inside else None
    context = {
        "open_feeds": [(feed, absolute(reverse("feed_atom", args=[feed.key]))) for feed in public],
        "open_calendar": absolute(reverse("calendar_open")),
        "by_unit": [feed for feed in public if feed.by_unit],
        "units": Unit.objects.filter(organisation_id=here or 0).order_by("name"),
        "own": own_addresses(made) if made else [],
        "keys": [key for key in keys if key.scopes == [SCOPE]],
        "problem": problem,
    }
    return render(request, "core/feed_list.html", context)


def own_addresses(token: str) -> list[tuple[str, str]]:
    """The private addresses that the key opens, with what they are called."""
    private = [feed for feed in declared("feeds", "FEEDS") if feed.is_private]
    found = [(str(feed.title), absolute(reverse("feed_mine", args=[token, feed.key]))) for feed in private]
    return [*found, (_("My calendar"), absolute(reverse("calendar_mine", args=[token])))]


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@conditional_page
def feed_atom(request: HttpRequest, key: str) -> HttpResponse:
    """A public feed, as nobody in particular sees it; with ?unit= for one unit and those below it."""
    feed, unit, address = feed_named(key), None, request.path
    if feed.by_unit and (wanted := request.GET.get("unit")):
        unit = get_object_or_404(Unit, uuid=uuid_of(wanted))
        address += f"?unit={unit.uuid}"
    entries = feed.entries(Viewer(), unit)
    # The name of a unit is told to everyone only where something of it is public.
    title = f"{feed.title}: {unit.name}" if unit and entries else str(feed.title)
    text = write_atom(
        feed, entries, title=title, page=reverse(feed.page), key=address, language=get_language() or "sv"
    )
    return kept_for(HttpResponse(text, content_type=ATOM), public=True)


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@conditional_page
def calendar_open(request: HttpRequest) -> HttpResponse:
    """The days that concern everyone."""
    text = write_calendar(entries_for(Viewer()), title=_("Ringar: open to everyone"))
    return kept_for(HttpResponse(text, content_type=CALENDAR), public=True)


@require_safe
def feed_mine(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """A feed of one's own, in one's own language."""
    feed = feed_named(key, is_private=True)
    viewer, language = reader_of(token)
    if viewer is None:
        return unknown_address(request)
    with override(language):
        page = reverse(feed.page)
        text = write_atom(
            feed, feed.entries(viewer, None), title=str(feed.title), page=page, key=page, language=language
        )
    return kept_for(HttpResponse(text, content_type=ATOM), public=False)


@require_safe
def calendar_mine(request: HttpRequest, token: str) -> HttpResponse:
    """The days that concern oneself, in one's own language."""
    viewer, language = reader_of(token)
    if viewer is None:
        return unknown_address(request)
    with override(language):
        text = write_calendar(entries_for(viewer), title=_("Ringar: my days"))
    return kept_for(HttpResponse(text, content_type=CALENDAR), public=False)


def reader_of(token: str) -> tuple[Viewer | None, str]:
    """Whose private address it is, and their language; None where it is none, or not made for feeds. 4–6 queries."""
    viewer, scopes = caller_of(token) or (None, frozenset())
    if viewer is None or SCOPE not in scopes:
        return None, ""
    return viewer, Person.objects.values_list("language", flat=True).get(pk=viewer.person_id or 0)


def unknown_address(request: HttpRequest) -> HttpResponse:
    """Not found. Whoever tries many is told to wait; the log and the audit trail know."""
    who = client_address(request)
    log.warning("Refused: a private feed's address that is none, from %s", who)
    if not allow("feed", who, most=GUESSES, seconds=SPAN):
        return too_many(request, seconds_left("feed", who, seconds=SPAN))
    raise Http404


def kept_for(response: HttpResponse, *, public: bool) -> HttpResponse:
    """How long it may be kept, by whom; a private one is no matter for search engines."""
    patch_cache_control(response, max_age=300, **({"public": True} if public else {"private": True}))
    if not public:
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def uuid_of(text: str) -> UUID:
    """The uuid in the address; not found where it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
