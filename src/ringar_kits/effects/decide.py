"""Says scale, stop or extend by a rule that was agreed before the start."""

from ringar_kits.effects.beliefs import chance_beyond
from ringar_kits.effects.model import Estimate, Look, Note, Verdict

SURE, LIKELY, UNLIKELY = 0.95, 0.80, 0.20
BLOCKING = ("too_little_before", "too_little_after", "no_variation", "no_comparison")
"""Notes that leave nothing to conclude."""


def decide(estimate: Estimate, *, worthwhile: float | None) -> Verdict:
    """Return what the rule says when `worthwhile` (metric's own unit) is the smallest effect worth having.

    Scale where P(effect > 0) > 0.95 and P(effect > worthwhile) > 0.80; stop where P(effect > worthwhile) < 0.20;
    else extend. With planned looks, "scale" also takes that the last look that has come was passed: who looks
    every week would otherwise scale one ineffective pilot in four. Stopping needs no look, since it claims no effect.
    "no_conclusion" where there is no number, nothing to compare with, or no smallest effect was agreed.
    """
    if blocking := tuple(note for note in estimate.notes if note.code in BLOCKING):
        return Verdict("no_conclusion", blocking)
    if worthwhile is None:
        return Verdict("no_conclusion", (Note("no_worthwhile"),))
    better = chance_beyond(estimate, 0.0)
    enough = chance_beyond(estimate, worthwhile)
    facts = {"p_better": better, "p_worthwhile": enough, "worthwhile": worthwhile}
    if enough < UNLIKELY:
        return Verdict("stop", (Note("hardly_worthwhile", facts),))
    if not (better > SURE and enough > LIKELY):
        return Verdict("extend", (Note("not_sure_yet", facts),))
    if wait := _look_to_wait_for(estimate.looks):
        return Verdict("extend", (Note("sure_and_worthwhile", facts), wait))
    return Verdict("scale", (Note("sure_and_worthwhile", facts),))


def _look_to_wait_for(looks: tuple[Look, ...]) -> Note | None:
    """Return why it is too early to be sure, or None where no looks were planned or the latest was passed."""
    come = [look for look in looks if look.passed is not None]
    if not looks or (come and come[-1].passed):
        return None
    if len(come) == len(looks):
        return Note("last_look_not_passed", {"threshold": looks[-1].threshold})
    following = looks[len(come)]
    return Note("wait_for_look", {"number": following.number, "weeks": following.weeks})
