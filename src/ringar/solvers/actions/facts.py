"""What solvers and solutions are made of, cleaned and checked the same way from forms, imports and the demo."""

from collections.abc import Iterable
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.db.models import CharField, Model, TextField
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ringar.core.models import Organisation
from ringar.core.rules import Refused
from ringar.core.search import scope_words
from ringar.solvers.models import Answer, Reference, Solution, Solver
from ringar.solvers.rules import (
    MAX_TEXT,
    SHOWN_STATES,
    clean_languages,
    clean_number,
    clean_text,
    mentions_number,
)
from ringar_kits.texts import analyse, guess_language, text_hash
from ringar_kits.texts.normalise import words

# Audited as "changed" only: the trail is never erased and is read by more people than the row.
UNSPOKEN = frozenset({"organisation_number", "secrecy", "secrecy_reason", "email"})
LONGEST_IN_AUDIT = 200


class SolverFacts(TypedDict, total=False):
    """What is told of a solver; `languages` as codes or names with commas, `founded` a year."""

    name: str
    kind: str
    organisation_number: str
    email: str
    website: str
    municipality: str
    about: str
    languages: str
    founded: int | None
    organisation: Organisation | None


class SolutionFacts(TypedDict, total=False):
    """What is told of a solution."""

    name: str
    what: str
    for_whom: str
    maturity: str
    price_class: str
    price_note: str
    data_needs: str
    integration_needs: str
    languages: str
    secrecy: str
    secrecy_reason: str


class ReferenceFacts(TypedDict, total=False):
    """Where a solution has been used; only the municipality is required."""

    municipality: str
    year: int | None
    what: str
    effect: str


def apply_facts(row: Model, facts: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Sets the cleaned facts on the row (not saved); returns what changed, as the audit tells it."""
    changes: dict[str, object] = {}
    for name, value in facts:
        field = row._meta.get_field(name)
        if isinstance(field, CharField | TextField):
            value = clean_languages(str(value)) if name == "languages" else clean_text(str(value or ""))
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            changes[name] = "changed" if name in UNSPOKEN else [_told(before), _told(value)]
    return changes


def _told(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)[:LONGEST_IN_AUDIT]


def check_fields(row: Model, exclude: Iterable[str] = ()) -> None:
    """Raises Refused naming the first field that does not hold (length, address, choice), in the page's language."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, TextField) and field.name != "words" and value and len(value) > MAX_TEXT:
            raise Refused(
                _("%(field)s: the text has %(has)d characters, and at most %(fit)d fit.")
                % {"field": field_label(row, field.name), "has": len(value), "fit": MAX_TEXT}
            )
    try:
        row.clean_fields(
            exclude={*exclude, "id", "uuid", "created_by", "registered_in", "organisation", "solver", "agent"}
        )
    except ValidationError as error:
        name, problems = next(iter(error.message_dict.items()))
        raise Refused(f"{field_label(row, name)}: {problems[0]}") from error


def field_label(row: Model, name: str) -> str:
    """A field as the page names it."""
    return capfirst(str(getattr(row._meta.get_field(name), "verbose_name", name)))


def complete_solver(solver: Solver) -> None:
    """Checks the solver's facts and sets what follows from them: number, language, search words. Not saved."""
    if not solver.name:
        raise Refused(_("Write the name."))
    solver.organisation_number = clean_number(solver.organisation_number, solver.kind)
    check_fields(solver)
    refuse_shown_number(
        solver, [solver.name, solver.about, solver.email, solver.website, solver.municipality]
    )
    solver.language = guess_language(words(solver.about))
    found = analyse(f"{solver.name}\n{solver.about}\n{solver.municipality}", solver.language)
    scopes = scope_words(
        organisation_id=solver.registered_in_id,
        person_id=solver.created_by_id,
        is_public=solver.state in SHOWN_STATES,
    )
    solver.words = " ".join([*dict.fromkeys(found), *scopes])


def refuse_shown_number(solver: Solver, texts: Iterable[str]) -> None:
    """A sole trader's number in a text that others read would give a personal number away: Refused."""
    if not solver.shown_number and mentions_number(solver.organisation_number, texts):
        raise Refused(
            _("Your personal number stands in one of the texts. Take it out: others would read it.")
        )


def complete_solution(solution: Solution, references: Iterable[Reference]) -> None:
    """Checks the solution's facts and sets language, search words and the vector's key. Not saved."""
    if not solution.name or not solution.what:
        raise Refused(_("Write the solution's name and what it does."))
    references = list(references)
    check_fields(solution)
    refuse_groundless(solution)
    for reference in references:
        check_fields(reference, exclude=["solution"])
    told = [solution.name, solution.what, solution.for_whom, solution.price_note, solution.data_needs]
    told += [solution.integration_needs, *(f"{r.municipality} {r.what} {r.effect}" for r in references)]
    refuse_shown_number(solution.solver, told)
    text = match_text_of(solution, references)
    solution.language = guess_language(words(text))
    found = analyse(text, solution.language)
    scopes = scope_words(
        organisation_id=solution.solver.registered_in_id,
        person_id=solution.created_by_id,
        is_public=solution.is_published,
    )
    solution.words = " ".join([*dict.fromkeys(found), *scopes])
    solution.text_hash = text_hash(text)


def refuse_groundless(row: Solution | Answer) -> None:
    """Secrecy is asked for with a reason: without one, nobody who tries the question can weigh it. Raises Refused."""
    if row.secrecy and not row.secrecy_reason:
        raise Refused(_("Write what you would lose if others read what you ask us to keep secret."))


def match_text_of(solution: Solution, references: Iterable[Reference]) -> str:
    """What `Solution.match_text` will be once the references are saved."""
    return "\n".join(filter(None, [*solution.own_texts, *(reference.as_text for reference in references)]))


def read_references(facts: Iterable[ReferenceFacts]) -> list[Reference]:
    """References not yet saved, linked to the organisation of that name where it works in this installation."""
    found = []
    for each in facts:
        reference = Reference()
        apply_facts(reference, each.items())
        if not reference.municipality:
            raise Refused(_("A reference needs the municipality where the solution was used."))
        found.append(reference)
    names = {reference.municipality for reference in found}
    known = {o.name: o for o in Organisation.objects.filter(name__in=names)} if names else {}
    for reference in found:
        reference.organisation = known.get(reference.municipality)
    return found
