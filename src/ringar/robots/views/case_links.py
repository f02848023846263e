"""A robot's question opened by the personal link in a letter: read and answered without log-in."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ringar.core.middleware import Request
from ringar.core.rules import Refused
from ringar.robots.case_mail import Opened, opened_by
from ringar.robots.fact_words import facts_of
from ringar.robots.forms.cases import AnswerForm
from ringar.robots.views.cases import take_answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_mailed(request: Request, token: str) -> HttpResponse:
    """Shows the question (looking changes nothing), and takes one answer in."""
    opened = opened_by(token)
    if opened is None:
        return hidden(
            render(request, "robots/case_link_over.html")
        )  # no 404: the log would write the address
    has_chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    with translation.override(translation.get_language() if has_chosen else opened.person.language):
        return hidden(answered(request, opened))


def answered(request: Request, opened: Opened) -> HttpResponse:
    """The form, or thanks for the answer that was sent."""
    case = opened.case
    form = AnswerForm(request.POST if request.method == "POST" else None)
    told = ""
    if form.is_valid():
        try:
            told = take_answer(opened.viewer, case, form)
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {
        "case": case,
        "whose": opened.person,
        "owner": opened.viewer,
        "told": told,
        "form": form,
        "facts": facts_of(case.facts),
        "spoken": settings.LANGUAGE_CODE,
    }
    return render(request, "robots/case_mailed.html", context)


def hidden(response: HttpResponse) -> HttpResponse:
    """Kept out of search engines. Other sites are told no address of ours anyway.

    No "no-referrer" here: browsers then say that the form comes from nowhere, and the answer is taken for forged.
    """
    response["X-Robots-Tag"] = "noindex"
    return response
