"""Trials of secrecy: somebody asks to read what a sender asked to be kept secret; the law is tried each time.

The Public Access to Information and Secrecy Act (2009:400), among others chapter 31 section 16 on business matters.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.rules import NotAllowed, Refused, Viewer
from ringar.solvers.actions.facts import apply_facts, check_fields
from ringar.solvers.models import Answer, SecrecyTrial, Solution
from ringar.solvers.queries import is_told
from ringar.solvers.rules import SHORTEST_REASON, TrialDecision, can_run_call, clean_text


@transaction.atomic
def begin_trial(*, by: Viewer, record: Answer | Solution, wanted: str) -> SecrecyTrial:
    """Notes that somebody asks to read the record, with what the sender asked for as it stands.

    Raises NotAllowed for who may not try it, Refused where nothing is told of what they ask for.
    """
    if by.organisation_id is None or not may_try(by, record):
        raise NotAllowed
    trial = SecrecyTrial(
        organisation_id=by.organisation_id,
        answer=record if isinstance(record, Answer) else None,
        solution=record if isinstance(record, Solution) else None,
        ask=record.secrecy,
        ask_reason=record.secrecy_reason,
        began_at=now(),
        began_by_id=by.person_id,
    )
    apply_facts(trial, [("wanted", wanted)])
    if not trial.wanted:
        raise Refused(_("Write what they ask to read."))
    check_fields(trial, exclude=["answer", "solution", "began_by"])
    trial.save()
    record_audit(by=by, action="begin_trial", target=trial)
    return trial


@transaction.atomic
def decide_trial(
    *, by: Viewer, trial: SecrecyTrial, decision: str, reason: str, ground: str = ""
) -> SecrecyTrial:
    """Decides, with a reason; a refusal, also in part, names the paragraph of the law. It stands: a new request is
    tried anew. Raises NotAllowed, or Refused.
    """
    trial = SecrecyTrial.objects.select_for_update().get(pk=trial.pk)
    if not can_run_call(by, organisation_id=trial.organisation_id):
        raise NotAllowed
    if trial.decision:
        raise Refused(_("It has been decided already. A new request is tried anew."))
    if decision not in TrialDecision.values:
        raise Refused(_("Choose one of the decisions."))
    if len(clean_text(reason)) < SHORTEST_REASON:
        raise Refused(
            _("Write the reason in at least %(shortest)d characters.") % {"shortest": SHORTEST_REASON}
        )
    if decision != TrialDecision.DISCLOSE and not clean_text(ground):
        raise Refused(_("Write which paragraph of the law you refuse by, such as 31 kap. 16 § OSL."))
    trial.decision, trial.decided_at, trial.decided_by_id = decision, now(), by.person_id
    apply_facts(trial, [("reason", reason), ("ground", ground)])
    check_fields(trial, exclude=["answer", "solution", "began_by", "decided_by"])
    trial.save()
    changes: dict[str, object] = {"decision": ["", decision], "ground": trial.ground}
    record_audit(by=by, action="decide_trial", target=trial, changes=changes)
    return trial


def may_try(by: Viewer, record: Answer | Solution) -> bool:
    """Who tries: those who run the organisation's calls, on records that it holds."""
    if isinstance(record, Answer):
        return can_run_call(by, organisation_id=record.call.organisation_id)
    return can_run_call(by, organisation_id=by.organisation_id) and is_told(by, record)
