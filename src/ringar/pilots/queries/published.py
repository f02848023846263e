"""Reads for lists that outsiders read too: published pilots, what was learned, what is told to all bidders."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from ringar.core.rules import Viewer, Visibility
from ringar.pilots.figures import Figures, figures_in
from ringar.pilots.models import Decision, Pilot
from ringar.pilots.queries.pilots import visible_pilots
from ringar.pilots.rules import DecisionKind, Stage
from ringar.pilots.wording import effect_words, verdict_words

PAGE = 25


def published_pilots() -> "QuerySet[Pilot]":
    """The pilots whose pages everyone may read, the latest change first, with their decisions. 2 queries."""
    newest = Decision.objects.order_by("-id")
    return (
        Pilot.objects.filter(visibility=Visibility.PUBLIC)
        .exclude(published_at=None)
        .select_related("organisation", "unit", "solver")
        .prefetch_related(Prefetch("decisions", newest))
        .order_by("-changed_at", "-id")
    )


def in_stage(pilots: "QuerySet[Pilot]", stage: str) -> "QuerySet[Pilot]":
    """Those of the pilots in a stage; all for a word that is none."""
    return pilots.filter(stage=stage) if stage in Stage.values else pilots


def after_cursor(pilots: "QuerySet[Pilot]", cursor: str) -> "QuerySet[Pilot]":
    """The pilots after the one that `cursor` (of `cursor_of`) tells of; all of them where it tells of none."""
    stamp, _, last = cursor.partition("_")
    try:
        moment = parse_datetime(stamp.replace(" ", "+"))
        moment = moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return pilots
    if not isinstance(moment, datetime) or not last.isdecimal() or len(last) > 18:
        return pilots
    return pilots.filter(changed_at__lte=moment).exclude(changed_at=moment, id__gte=int(last))


def cursor_of(pilot: Pilot) -> str:
    """Where a page ends: the next one starts after this pilot."""
    return f"{pilot.changed_at.isoformat()}_{pilot.pk}"


def page_address(pilot: Pilot) -> str:
    """The path of the page of a minute."""
    return reverse("pilot_page", args=[pilot.uuid])


def told_verdict(pilot: Pilot) -> tuple[str, str]:
    """The verdict and the effect in words, as they stood at the last decision; ("", "") before one. No query."""
    latest = next(iter(pilot.decisions.all()), None)
    figures = figures_in(latest.estimate) if latest else None
    return (verdict_words(figures), effect_words(figures)) if figures else ("", "")


def lessons(viewer: Viewer, *, kind: str = "", after: str = "") -> "QuerySet[Decision]":
    """What was learned by pilots that the viewer may read of, the newest first: failures among them. 1 query."""
    rows = Decision.objects.select_related("pilot__unit", "pilot__organisation").order_by("-id")
    if viewer.is_inside:
        rows = rows.filter(pilot__in=visible_pilots(viewer), pilot__organisation_id=viewer.organisation_id)
    else:
        rows = rows.filter(pilot__visibility=Visibility.PUBLIC, pilot__published_at__isnull=False)
    if kind in DecisionKind.values:
        rows = rows.filter(kind=kind)
    if after.isdecimal() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    return rows


def with_figures(rows: Iterable[Decision]) -> list[tuple[Decision, Figures | None, str, str]]:
    """Decisions with the figures that they were made on, the verdict and the effect in words."""
    found = []
    for row in rows:
        figures = figures_in(row.estimate)
        told = (verdict_words(figures), effect_words(figures)) if figures else ("", "")
        found.append((row, figures, *told))
    return found


def disclosures() -> "QuerySet[Decision]":
    """What pilots taught their suppliers that all bidders must know, the newest first. 1 query."""
    rows = Decision.objects.exclude(disclosed_at=None).select_related("pilot__organisation", "pilot__solver")
    return rows.order_by("-id")
