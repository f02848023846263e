"""The five days of a sprint, as a start for one's own agenda."""

from django.utils.translation import gettext as _

DAYS = 5
TESTS = 5
"""Users who try the prototype; Nielsen and Landauer (1993) found most faults of a small thing with five."""


def default_agenda() -> list[str]:
    """What to do each day, in the language of who begins the sprint."""
    return [
        _(
            "Map. Talk with those who live with the need. Draw what happens today, step by step, and choose the one "
            "place where a change would help the most."
        ),
        _("Sketch. Each draws a solution alone. Look at what others have done with the same trouble."),
        _("Decide. Choose one sketch. Write down what must be true for it to work, and what you will test."),
        _("Prototype. Build the least that a user can try: paper, slides, a page that looks real."),
        _("Test. Five users try it, one at a time, while you watch. Write what you see, not what you hoped."),
    ]
