"""Templates of answers, and the same answer to many at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Organisation, Person
from ringar.core.queries import shown_name
from ringar.core.registry import subject_kind
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.core.text import tidy_text
from ringar.talk.actions.cleaning import clean_comment
from ringar.talk.actions.comments import add_comment
from ringar.talk.models import AnswerTemplate, Comment
from ringar.talk.queries.mentions import authors_of
from ringar.talk.rules import MOST_ROWS_AT_ONCE, Purpose, can_answer_many, fill_template

LONGEST_TEMPLATE_NAME = 100


@transaction.atomic
def save_template(
    *, by: Viewer, name: str, text: str, template: AnswerTemplate | None = None
) -> AnswerTemplate:
    """A new template, or a changed one. Raises NotAllowed; Refused for the text, or where the name is taken."""
    if not can_answer_many(by) or (template and template.organisation_id != by.organisation_id):
        raise NotAllowed
    name, text = clean_comment(name, LONGEST_TEMPLATE_NAME), clean_comment(text)
    action = "change_template" if template else "add_template"
    template = template or AnswerTemplate(organisation_id=by.organisation_id or 0, created_by_id=by.person_id)
    before = [template.name, len(template.text)]
    template.name, template.text, template.changed_at = name, text, now()
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise Refused(_("There is a template with that name already. Choose another name.")) from error
    changes: dict[str, object] = {"name": [before[0], name], "length": [before[1], len(text)]}
    record_audit(by=by, action=action, target=template, changes=changes)
    return template


@transaction.atomic
def remove_template(*, by: Viewer, template: AnswerTemplate) -> None:
    """Takes a template away; answers written with it stay."""
    if not can_answer_many(by) or template.organisation_id != by.organisation_id:
        raise NotAllowed
    record_audit(by=by, action="remove_template", target=template)
    template.delete()


def filled(by: Viewer, row: Any, text: str, author: Person | None) -> str:
    """The answer to one row: {name} is who wrote it, {title} what it is called."""
    return fill_template(text, {"name": shown_name(author, by), "title": str(row)})


@transaction.atomic
def answer_rows(*, by: Viewer, rows: Sequence[Any], text: str, key: UUID) -> int:
    """The same answer to all the rows, all or none; everyone who wrote one is told. Returns how many are new.

    `key`: chosen by the page; with the same one again, nothing is written twice. Raises NotAllowed where the
    viewer may not answer one of them, Refused for the text or for more than MOST_ROWS_AT_ONCE.
    """
    if not can_answer_many(by):
        raise NotAllowed
    text = tidy_text(text).strip()
    if not rows:
        raise Refused(_("Choose at least one."))
    if len(rows) > MOST_ROWS_AT_ONCE:
        raise Refused(_("At most %(most)d at a time.") % {"most": MOST_ROWS_AT_ONCE})
    authors, keys = authors_of(rows), {row.uuid: uuid5(key, str(row.uuid)) for row in rows}
    sent = set(Comment.objects.filter(uuid__in=keys.values()).values_list("row", flat=True))
    new = [row for row in rows if row.uuid not in sent]
    for row in new:
        if not subject_kind(row).may_write(by, row):
            raise NotAllowed
        answer = filled(by, row, text, authors[row.uuid])
        add_comment(by=by, row=row, text=answer, purpose=Purpose.ANSWER, uuid=keys[row.uuid])
    if new:
        organisation = Organisation.objects.get(pk=by.organisation_id or 0)
        record_audit(by=by, action="answer_rows", target=organisation, changes={"count": len(new)})
    return len(new)
