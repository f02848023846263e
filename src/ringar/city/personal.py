"""What this room keeps about a person: who did what with the city's data. The work itself is the city's."""

from django.utils.translation import gettext_lazy as _

from ringar.city.models import (
    DataImport,
    DataSet,
    Fit,
    Observation,
    Release,
    Sensor,
    WorkList,
    WorkListItem,
)
from ringar.core.models import Person
from ringar.core.registry import Personal, keep_all, told

RECORD = _(
    "It is a public record, kept as it was received or decided. Your account is no longer named with it."
)
WORK = _("It is the city's work, and others go on with it. Your account is no longer named with it.")


def end_sensors(person: Person) -> None:
    """The person's sensors hand in nothing more; what they measured is about a place, not a person."""
    Sensor.objects.filter(owner=person).update(owner=None, token_hash="")


PERSONAL = [
    Personal(
        table="city.DataSet",
        label=_("Data sets that you keep"),
        export=lambda person: told(DataSet.objects.filter(keeper=person), "name", "kind", "updated_at"),
        fate="anonymised",
        why=WORK,
        erase=lambda person: DataSet.objects.filter(keeper=person).update(keeper=None),
    ),
    Personal(
        table="city.Release",
        label=_("Data sets that you released or withdrew"),
        export=lambda person: told(
            Release.objects.filter(by=person) | Release.objects.filter(withdrawn_by=person),
            "data_set__name",
            "to",
            "reason",
            "at",
            "withdrawn_at",
        ),
        fate="archived",
        why=RECORD,
        erase=keep_all,
    ),
    Personal(
        table="city.DataImport",
        label=_("Files with the city's data that you handed in"),
        export=lambda person: told(DataImport.objects.filter(by=person), "data_set__name", "names", "at"),
        fate="archived",
        why=WORK,
        erase=keep_all,
    ),
    Personal(
        table="city.Observation",
        label=_("What you saw of pipes and other assets"),
        export=lambda person: told(
            Observation.objects.filter(by=person), "asset__external_id", "kind", "text", "at"
        ),
        fate="archived",
        why=WORK,
        erase=keep_all,
    ),
    Personal(
        table="city.Fit",
        label=_("Reckonings of leaks that you asked for"),
        export=lambda person: told(Fit.objects.filter(by=person), "pipes__name", "as_of", "created_at"),
        fate="archived",
        why=WORK,
        erase=keep_all,
    ),
    Personal(
        table="city.WorkList",
        label=_("Work lists that you made"),
        export=lambda person: told(WorkList.objects.filter(made_by=person), "name", "year", "created_at"),
        fate="archived",
        why=WORK,
        erase=keep_all,
    ),
    Personal(
        table="city.WorkListItem",
        label=_("What you ticked off on work lists"),
        export=lambda person: told(
            WorkListItem.objects.filter(done_by=person),
            "work_list__name",
            "asset__external_id",
            "found",
            "note",
            "done_at",
        ),
        fate="archived",
        why=WORK,
        erase=keep_all,
    ),
    Personal(
        table="city.Sensor",
        label=_("Sensors that are yours"),
        export=lambda person: told(
            Sensor.objects.filter(owner=person), "name", "description", "longitude", "latitude", "created_at"
        ),
        fate="anonymised",
        why=_("What a sensor measured is about a place. It hands in nothing more, and is no longer yours."),
        erase=end_sensors,
    ),
]
