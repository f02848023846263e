"""Many rows at once: made ready in a table that only this connection sees, then taken over by one statement.

On SQLite a transaction keeps everyone else from writing. Making rows ready is what takes long, and is done before it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Model

AT_ONCE = 1_000
Done = Callable[[int], object]


@dataclass(frozen=True)
class Staged:
    """Rows of a model as its table takes them, with no key yet; in the table of that name."""

    model: type[Model]
    name: str

    def take_over(
        self,
        *,
        unique: Sequence[str] = (),
        update: Iterable[str] = (),
        instead: Mapping[str, tuple[str, int]] | None = None,
    ) -> None:
        """Puts the rows into the model's table. Where one with the same `unique` columns is there, `update` changes.

        `instead`: {column: (SQL for its value, the value in it)}. In the caller's transaction.
        """
        quote, replaced = connection.ops.quote_name, instead or {}
        columns = [field.column for field in columns_of(self.model)]
        taken = [replaced[column][0] if column in replaced else f"s.{quote(column)}" for column in columns]
        into = f"INSERT INTO {quote(self.model._meta.db_table)} ({', '.join(map(quote, columns))})"
        changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in update)
        again = f" ON CONFLICT ({', '.join(map(quote, unique))}) DO UPDATE SET {changes}" if changes else ""
        values = [replaced[column][1] for column in columns if column in replaced]
        with connection.cursor() as cursor:
            told = f" SELECT {', '.join(taken)} FROM {self.name} s WHERE true{again}"  # noqa: S608 - no outside text
            cursor.execute(into + told, values)
            cursor.execute(f"DROP TABLE {self.name}")


def columns_of(model: type[Model]) -> list[Any]:
    """The model's own columns but its key."""
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


def stage(
    model: type[Model], rows: Iterable[Model], *, beside: str = "", done: Done = lambda count: None
) -> Staged:
    """Makes rows ready. `beside`: an attribute of each row that stands in a column of that name, as text.

    `done` is told how many are ready.
    """
    quote, fields, name = connection.ops.quote_name, columns_of(model), f"staged_{model._meta.db_table}"
    columns = ", ".join(quote(field.column) for field in fields) + (f", '' AS {beside}" if beside else "")
    width = len(fields) + bool(beside)
    fill = f"INSERT INTO {name} VALUES ({', '.join(['%s'] * width)})"  # noqa: S608 - no outside text
    coming, count = iter(rows), 0
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        of_model = f"SELECT {columns} FROM {quote(model._meta.db_table)} WHERE 1 = 0"  # noqa: S608 - no outside text
        cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {of_model}")
        while portion := list(islice(coming, AT_ONCE)):
            cursor.executemany(
                fill,
                [
                    [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
                    + ([getattr(row, beside)] if beside else [])
                    for row in portion
                ],
            )
            count += len(portion)
            done(count)
    return Staged(model, name)
