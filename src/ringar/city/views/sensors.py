"""Pages of sensors: those there are, a new one, what one measures, and its key."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ringar.city.actions.sensors import add_series, edit_sensor, end_sensor, register_sensor, renew_sensor_key
from ringar.city.forms.sensors import MeasureForm, SensorForm
from ringar.city.models import Sensor, Series
from ringar.city.queries.sensors import (
    GATHERED,
    Span,
    flag_counts,
    gathered,
    newest_readings,
    place_shown,
    readings_between,
    sensor_facts,
    sensors_for,
    series_for,
)
from ringar.city.rules.sensors import Flag, can_keep_sensor, can_register
from ringar.city.series_chart import series_chart
from ringar.core.exports import MOST_ROWS, export_response
from ringar.core.middleware import Request
from ringar.core.rules import NotAllowed, Refused

PAGE = 25
NEWEST = 10
MOST_POINTS = 2_000
SILENT = timedelta(hours=24)


@require_safe
def sensor_list(request: Request) -> HttpResponse:
    """The sensors that the viewer may see, the newest first."""
    rows = sensors_for(request.viewer).prefetch_related("series").order_by("-id")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    moment = timezone.now()
    context = {
        "sensors": [(each, *standing(each, moment)) for each in found[:PAGE]],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "may_register": can_register(request.viewer),
    }
    return render(request, "city/sensor_list.html", context)


@require_safe
def sensor_geojson(request: Request) -> JsonResponse:
    """The living sensors that the viewer may see, where they are shown to be, as points. 1 query."""
    rows = (
        sensors_for(request.viewer)
        .filter(ended_at=None)
        .exclude(longitude=None)
        .order_by("-id")[:MOST_POINTS]
    )
    placed = ((each, place_shown(each, request.viewer)) for each in rows)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": place},
            "properties": {"name": each.name, "url": each.get_absolute_url()},
        }
        for each, place in placed
        if place
    ]
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    answer["Content-Type"] = "application/geo+json"
    return answer


def standing(sensor: Sensor, moment: datetime) -> tuple[str, str]:
    """How it is with a sensor, in words, and the tag's class."""
    if sensor.ended_at is not None:
        return _("ended"), "tag-quiet"
    if sensor.last_seen_at is None:
        return _("has not been heard of yet"), "tag-warn"
    if moment - sensor.last_seen_at > SILENT:
        return _("silent"), "tag-warn"
    return _("measures"), "tag-ok"


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sensor_new(request: Request) -> HttpResponse:
    """Sets up a sensor. Its key is on the answer to the form, and nowhere after that."""
    if not can_register(request.viewer):
        raise NotAllowed
    form = SensorForm(request.POST or None, viewer=request.viewer)
    measure = MeasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and measure.is_valid():
        try:
            sensor, key = register_sensor(by=request.viewer, about=form.about(), measures=[measure.measure()])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return render(
                request, "city/sensor_key.html", {"sensor": sensor, "key": key, **example(request, sensor)}
            )
    return render(request, "city/sensor_new.html", {"form": form, "measure": measure})


def example(request: Request, sensor: Sensor) -> dict[str, Any]:
    """How a reading is handed in: the address, and one as JSON."""
    series = sensor.series.order_by("pk").first()
    return {
        "address": request.build_absolute_uri("/api/sensors/Observations"),
        "series": series.name if series else "",
        "moment": timezone.now().replace(microsecond=0).isoformat().replace("+00:00", "Z"),
    }


def seen(request: Request, uuid: UUID) -> Sensor:
    """A sensor that the viewer may see."""
    return get_object_or_404(sensors_for(request.viewer), uuid=uuid)


@require_safe
def sensor_detail(request: Request, uuid: UUID) -> HttpResponse:
    """One sensor: where it is, what it measures as charts, and what it handed in last."""
    sensor = seen(request, uuid)
    span = request.GET.get("tid", Span.DAY)
    if span not in GATHERED:
        span = Span.DAY
    moment = timezone.now()
    wanted = request.GET.get("till", "")
    end = parsed(wanted) or moment
    measured = [shown(each, span, end) for each in sensor.series.order_by("pk")]
    text, tag = standing(sensor, moment)
    context = {
        "sensor": sensor,
        "place": place_shown(sensor, request.viewer),
        "standing": text,
        "tag": tag,
        "is_silent": tag == "tag-warn",
        "measured": measured,
        "spans": Span.choices,
        "span": span,
        "end": end,
        "is_past": bool(parsed(wanted)),
        "earlier": (end - GATHERED[span][0]).isoformat(timespec="seconds"),
        "may_keep": can_keep_sensor(request.viewer, sensor_facts(sensor)) and sensor.ended_at is None,
        "form": MeasureForm(),
    }
    return render(request, "city/sensor_detail.html", context)


def parsed(text: str) -> datetime | None:
    """A moment in the address, or None."""
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found is None or timezone.is_aware(found) else None


def shown(series: Series, span: str, end: datetime) -> dict[str, Any]:
    """One series for the page: its chart, flags in that time, and its newest readings."""
    start = end - GATHERED[span][0]
    newest = newest_readings(series, NEWEST)
    return {
        "series": series,
        "chart": series_chart(gathered(series, span, end), span, end),
        "flags": [(Flag(flag).label, n) for flag, n in flag_counts(series, start, end)],
        "newest": newest,
        "newest_end": (newest[0].at + timedelta(minutes=1)).isoformat(timespec="seconds") if newest else "",
    }


@require_safe
def series_csv(request: Request, uuid: UUID) -> FileResponse:
    """A series' readings of the last year, with their flags, as a file."""
    series = series_for(request.viewer, uuid)
    if series is None:
        raise Http404
    end = timezone.now() + timedelta(days=1)
    rows = readings_between(series, end - timedelta(days=366), end).order_by("-at")[: MOST_ROWS + 1]
    headers = [_("Taken"), _("Value"), _("Unit of measure"), _("Flag"), _("What came"), _("Received")]
    return export_response(
        "varden",
        headers,
        (
            [
                row.at,
                row.value if row.value is not None else "",
                series.unit_of_measure,
                Flag(row.flag).label if row.flag else "",
                row.told,
                row.received_at,
            ]
            for row in rows.iterator(2000)
        ),
        kind=request.GET.get("format"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def sensor_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Says anew what the sensor is, where, and who sees it."""
    sensor = seen(request, uuid)
    if not can_keep_sensor(request.viewer, sensor_facts(sensor)) or sensor.ended_at is not None:
        raise NotAllowed
    form = SensorForm(request.POST or None, viewer=request.viewer, sensor=sensor)
    if request.method == "POST" and form.is_valid():
        try:
            edit_sensor(by=request.viewer, sensor=sensor, about=form.about())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect(sensor)
    return render(request, "city/sensor_edit.html", {"sensor": sensor, "form": form})


@login_required
@never_cache
@require_POST
def sensor_step(request: Request, uuid: UUID) -> HttpResponse:
    """One more thing that it measures; a new key; or its end."""
    sensor, step = seen(request, uuid), request.POST.get("step")
    try:
        if step == "key":
            key = renew_sensor_key(by=request.viewer, sensor=sensor)
            return render(
                request, "city/sensor_key.html", {"sensor": sensor, "key": key, **example(request, sensor)}
            )
        if step == "end":
            end_sensor(by=request.viewer, sensor=sensor)
            messages.success(request, _("The sensor has ended. What it measured stays."))
        elif step == "series":
            form = MeasureForm(request.POST)
            if form.is_valid():
                add_series(by=request.viewer, sensor=sensor, measure=form.measure())
                messages.success(request, _("Saved."))
            else:
                messages.error(request, _("Say what the sensor measures; limits are numbers."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(sensor)
