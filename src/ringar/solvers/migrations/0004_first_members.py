"""Whoever registered a solver of their own acts for it from now on; staff keep their right where it was registered."""

from django.db import migrations

from ringar.core.search import add_word_index

OUTSIDE = {"solver", "resident"}


def make_members(apps, _schema_editor):
    solver_model = apps.get_model("solvers", "Solver")
    member_model = apps.get_model("solvers", "SolverMember")
    membership_model = apps.get_model("core", "Membership")
    staff = set(membership_model.objects.exclude(role__in=OUTSIDE).values_list("person_id", flat=True))
    rows = solver_model.objects.exclude(created_by=None).values_list("id", "created_by_id", "created_at")
    member_model.objects.bulk_create(
        [
            member_model(solver_id=solver, person_id=person, role="owner", since=since)
            for solver, person, since in rows.iterator()
            if person not in staff
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("solvers", "0003_trust"), ("core", "0003_trust")]

    operations = [
        migrations.RunPython(make_members, migrations.RunPython.noop),
        # SQLite rebuilt these tables in the migration before, and lost their triggers.
        add_word_index("solvers_solver"),
        add_word_index("solvers_solution"),
    ]
