"""What an organisation's judgements teach its ranking."""

from django.db import transaction

from ringar.core.actions import record_audit
from ringar.core.clock import now
from ringar.core.models import Organisation
from ringar.core.rules import Viewer
from ringar.matching.models import Judgement, Preference, Ranking
from ringar_kits import texts


@transaction.atomic
def learn_preference(*, by: Viewer, organisation_id: int) -> bool:
    """Learns from all judgements of the organisation; True where its needs are to be ranked anew.

    Few or contradictory judgements teach nothing: the weights then are those that everyone starts with (the kit
    holds some judgements back to see whether what it learned betters them).
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    rows = Judgement.objects.filter(organisation=organisation).exclude(parts={}).order_by("id")
    learned = texts.learn(
        [
            texts.Judgement(str(row.need_id), str(row.solution_id), row.fits, row.parts, row.rank_shown)
            for row in rows
        ]
    )
    weights = dict(learned.weights) if learned.gain > 0 else {}
    before = Preference.objects.filter(organisation=organisation).first()
    is_new = weights != (before.weights if before else {})
    facts = {"judgements": learned.judgements, "gain": learned.gain, "learned_at": now(), "weights": weights}
    preference, _is_first = Preference.objects.update_or_create(organisation=organisation, defaults=facts)
    if is_new:
        Ranking.objects.filter(need__organisation=organisation).update(mark="")
        told: dict[str, object] = {"judgements": learned.judgements, "gain": learned.gain, "weights": weights}
        record_audit(by=by, action="learn_preference", target=preference, changes=told)
    return is_new
