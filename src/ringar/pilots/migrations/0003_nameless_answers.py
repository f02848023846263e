"""Answers of staff get keys drawn by lot and are counted by fives, so that nothing tells whose an answer is.

Made anew, since a counting key can not become one drawn by lot; no answers exist yet.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PHASES = [("before", "Before"), ("after", "After")]


class Migration(migrations.Migration):
    dependencies = [
        ("pilots", "0002_gates_asked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name="StaffAnswered"),
        migrations.DeleteModel(name="StaffAnswer"),
        migrations.CreateModel(
            name="StaffAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("phase", models.CharField(choices=PHASES, max_length=6)),
                ("possible", models.PositiveSmallIntegerField(verbose_name="what we believe is possible")),
                ("joy", models.PositiveSmallIntegerField(verbose_name="joy at work")),
                ("go_on", models.PositiveSmallIntegerField(verbose_name="wish to go on")),
                ("batch", models.PositiveSmallIntegerField(default=0)),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_answers",
                        to="pilots.pilot",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StaffAnswered",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("phase", models.CharField(choices=PHASES, max_length=6)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_answered",
                        to="pilots.pilot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pilot", "phase", "person"), name="staff_answered_once"
                    )
                ],
            },
        ),
    ]
