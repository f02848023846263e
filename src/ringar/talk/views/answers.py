"""Templates of answers, and the same answer to many at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringar.core.middleware import Request
from ringar.core.registry import subject_of
from ringar.core.rules import NotAllowed, Refused
from ringar.talk.actions import answer_rows, remove_template, save_template
from ringar.talk.actions.answers import filled
from ringar.talk.forms import AnswerManyForm, TemplateForm
from ringar.talk.models import AnswerTemplate
from ringar.talk.queries.mentions import authors_of
from ringar.talk.queries.moderation import templates_of
from ringar.talk.rules import MOST_ROWS_AT_ONCE, can_answer_many, uuid_in


def require_answerer(request: Request) -> None:
    """Raises NotAllowed unless the viewer keeps templates and answers many at once."""
    if not can_answer_many(request.viewer):
        raise NotAllowed


@login_required
@require_GET
def template_list(request: Request) -> HttpResponse:
    """The organisation's templates."""
    require_answerer(request)
    return render(request, "talk/template_list.html", {"templates": templates_of(request.viewer)})


@login_required
@require_http_methods(["GET", "POST"])
def template_new(request: Request) -> HttpResponse:
    """A new template."""
    require_answerer(request)
    return write_template(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def template_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Changes a template."""
    return write_template(request, template_for(request, uuid))


def template_for(request: Request, uuid: UUID) -> AnswerTemplate:
    """The organisation's template with that uuid. Raises NotAllowed."""
    require_answerer(request)
    template = templates_of(request.viewer).filter(uuid=uuid).first()
    if template is None:
        raise NotAllowed
    return template


def write_template(request: Request, template: AnswerTemplate | None) -> HttpResponse:
    """The form for a template."""
    initial = {"name": template.name, "text": template.text} if template else {}
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_template(by=request.viewer, template=template, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The template is saved."))
            return redirect("template_list")
    return render(request, "talk/template_edit.html", {"form": form, "template": template})


@login_required
@require_POST
def template_remove(request: Request, uuid: UUID) -> HttpResponse:
    """Takes a template away."""
    remove_template(by=request.viewer, template=template_for(request, uuid))
    messages.success(request, _("The template is taken away. Answers written with it stay."))
    return redirect("template_list")


def rows_asked_for(request: Request, kind: str) -> tuple[list[Any], int]:
    """The rows of the page's ticks that the viewer may answer, and how many more were asked for."""
    require_answerer(request)
    subject = subject_of(kind)
    if subject is None:
        raise NotAllowed
    asked = (request.POST if request.method == "POST" else request.GET).getlist("row")
    uuids = list(dict.fromkeys(map(uuid_in, asked[: 2 * MOST_ROWS_AT_ONCE])))
    seen = subject.visible_rows(request.viewer, uuids)
    rows = [seen[uuid] for uuid in uuids if uuid in seen and subject.may_write(request.viewer, seen[uuid])]
    return rows, len(set(asked)) - len(rows)


@login_required
@require_http_methods(["GET", "POST"])
def answer_many(request: Request, kind: str) -> HttpResponse:
    """The same answer to all rows that are ticked in a list: written, looked at as each gets it, then sent."""
    rows, left_out = rows_asked_for(request, kind)
    template = templates_of(request.viewer).filter(uuid=uuid_in(request.GET.get("mall", ""))).first()
    form = AnswerManyForm(request.POST or None, template=template)
    letters: list[tuple[Any, str]] = []
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "send":
            try:
                return sent(request, rows, form)
            except Refused as refused:
                form.add_error("text", str(refused))
        else:
            authors, text = authors_of(rows), form.cleaned_data["text"]
            letters = [(row, filled(request.viewer, row, text, authors[row.uuid])) for row in rows]
    context = {
        "kind": kind,
        "rows": rows,
        "left_out": left_out,
        "form": form,
        "letters": letters,
        "templates": templates_of(request.viewer),
    }
    return render(request, "talk/answer_many.html", context)


def sent(request: Request, rows: list[Any], form: AnswerManyForm) -> HttpResponse:
    """Sends the answers, and tells how many. Raises Refused."""
    count = answer_rows(
        by=request.viewer, rows=rows, text=form.cleaned_data["text"], key=form.cleaned_data["key"]
    )
    text = ngettext("%(count)d is answered.", "%(count)d are answered.", count) % {"count": count}
    messages.success(request, text)
    return redirect(rows[0]) if len(rows) == 1 else redirect("notification_list")
