"""What the reasons read like; each kind that the kit finds is told."""

from django.utils import translation

from ringar.matching.wording import say_reasons


def said(kind: str, ours: str, theirs: str) -> list[str]:
    reason = {"kind": kind, "need_word": ours, "solution_words": [theirs], "weight": 0.1}
    with translation.override("sv"):
        return [str(s) for s in say_reasons([reason], need_language="sv", solution_language="sv")]


def test_say_reasons_when_words_are_kindred_tells_both() -> None:
    assert said("kindred", "medicin", "läkemedel") == [
        '<q lang="sv">läkemedel</q> är besläktat med <q lang="sv">medicin</q>'
    ]


def test_say_reasons_when_of_any_kind_leaves_none_out() -> None:
    for kind in ("word", "part", "kindred", "letters", "meaning"):
        assert len(said(kind, "ord", "orden")) == 1, kind


def test_say_reasons_when_very_many_words_are_shared_names_five_and_counts_the_rest() -> None:
    reasons = [
        {"kind": "word", "need_word": f"ord{n}", "solution_words": [f"ord{n}"], "weight": 1} for n in range(8)
    ]
    with translation.override("en"):
        (told,) = say_reasons(reasons, need_language="sv", solution_language="sv")
    assert told.count("<q") == 5 and "and 3 more" in told and "ord5" not in told
