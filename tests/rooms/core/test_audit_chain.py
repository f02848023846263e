"""The audit trail's chain: every tampering shows and is named, and whatever happens, no row stays outside it."""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone as clock

from ringar.core.actions import add_unit, audit_row, create_organisation, record_audit, record_audits
from ringar.core.actions import audit as sealing
from ringar.core.actions.audit import seal_chain
from ringar.core.audit_chain import CONTENT, START, Check, Link, chained, link_hash, plain
from ringar.core.audit_queries import chain_head, unsealed, verify_chain
from ringar.core.models import AuditEvent, Organisation, Unit
from ringar.core.rules import Viewer

OPERATOR = Viewer.of_command_line()
transactional = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None) -> Organisation:
    """A city with five rows in the trail, sealed."""
    city = create_organisation(by=OPERATOR, name="Ringsala kommun")
    for name in ("Hemtjänsten", "Förskolan", "Vattnet", "Vägarna"):
        add_unit(by=OPERATOR, organisation=city, name=name)
    return city


def write(city: Organisation, **changes: object) -> None:
    record_audit(by=OPERATOR, action="try", target=city, changes=changes)


# What the hash says


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (0, -0.0),
        (1e30, 10**30),
        ({"a": 1, "b": [1, 2]}, {"b": [1.0, 2], "a": 1}),
        (
            datetime(2026, 7, 1, 12, tzinfo=UTC),
            datetime(2026, 7, 1, 14, tzinfo=timezone(timedelta(hours=2))),
        ),
    ],
)
def test_link_hash_when_databases_give_the_same_back_in_another_form_then_the_hash_is_the_same(
    one: object, other: object
) -> None:
    assert link_hash(START, [one]) == link_hash(START, [other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "one"),
        (None, ""),
        (True, 1),
        (0.1, 0.2),
        ([1, 2], [2, 1]),
        ({"a": None}, {}),
        (1, "1"),
        ("\u00e9", "e\u0301"),
    ],
)
def test_link_hash_when_content_differs_then_the_hash_does(one: object, other: object) -> None:
    assert link_hash(START, [one]) != link_hash(START, [other])


def test_link_hash_when_computed_then_as_the_page_about_security_describes_it() -> None:
    at = datetime(2026, 11, 21, 20, 0, 0, 5, tzinfo=UTC)
    content = (7, at, 1, None, "Bo", None, "", "edit_need", "needs.need", "x", "Hissen å", {"b": [1, 2.5]})
    text = (
        '["' + "0" * 64 + '",7,"2026-11-21T20:00:00.000005+00:00",1,null,"Bo",null,"","edit_need",'
        '"needs.need","x","Hissen \\u00e5",{"b":[1,2.5]}]'
    )
    assert len(content) == len(CONTENT)
    assert link_hash(START, content) == hashlib.sha256(text.encode()).hexdigest()


def test_plain_when_something_cannot_be_kept_then_it_is_refused() -> None:
    with pytest.raises(TypeError):
        plain(object())


def check_of(links: list[Link], known: tuple[str, int | None] | None = None) -> Check:
    check = Check(known=known)
    for link in links:
        check.follow(link)
    check.finish()
    return check


def test_check_when_nothing_was_touched_then_nothing_is_broken() -> None:
    links = list(chained(0, START, [(1, "a"), (2, "b"), (3, "c")]))
    check = check_of(links)
    assert check.first_break is None
    assert (check.position, check.head) == (3, links[2].chain_hash)


def test_check_when_rows_change_places_then_the_first_of_them_is_named() -> None:
    a, b, c = chained(0, START, [(1, "a"), (2, "b"), (3, "c")])
    swapped = [a, Link(2, b.chain_hash, c.content), Link(3, c.chain_hash, b.content)]
    found = check_of(swapped).first_break
    assert found and found.position == 2 and found.row == 3


def test_check_when_all_is_computed_anew_then_the_head_kept_elsewhere_tells() -> None:
    kept = list(chained(0, START, [(1, "a"), (2, "b")]))[-1]
    forged = list(chained(0, START, [(1, "a"), (2, "x"), (3, "c")]))
    assert check_of(forged).first_break is None
    found = check_of(forged, (kept.chain_hash, 2)).first_break
    assert found and found.position == 2
    longer = list(chained(0, START, [(1, "a"), (2, "b"), (3, "c")]))
    assert check_of(longer, (kept.chain_hash, 2)).first_break is None
    assert check_of(longer, (kept.chain_hash, None)).first_break is None
    assert check_of(longer, (kept.chain_hash, 3)).first_break is not None


# In the database


def test_seal_when_a_write_is_committed_then_its_row_is_in_the_chain(city: Organisation) -> None:
    report = verify_chain()
    assert report.is_whole
    assert (report.rows, report.position, report.unsealed) == (5, 5, 0)
    assert chain_head() == (5, report.head) != (0, START)
    places = AuditEvent.objects.order_by("id").values_list("position", flat=True)
    assert list(places) == [1, 2, 3, 4, 5]


def test_seal_when_a_write_is_rolled_back_then_nothing_of_it_is_in_the_chain(city: Organisation) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(city)
        raise ZeroDivisionError
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            write(city)
            raise ZeroDivisionError
        write(city)
    report = verify_chain()
    assert report.is_whole and report.rows == 6 and report.unsealed == 0


def test_seal_when_many_rows_in_one_transaction_then_registered_once(city: Organisation) -> None:
    with transaction.atomic():
        for number in range(50):
            write(city, number=[number, number + 1])
        assert len(connection.run_on_commit) == 1
        assert unsealed().count() == 50
    assert verify_chain().rows == 55 and unsealed().count() == 0


@pytest.mark.parametrize(
    "tamper",
    [
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(changes={"name": ["a", "c"]}),
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(label="Somebody else"),
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(at=row.at + timedelta(microseconds=1)),
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(organisation_id=None),
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(unit_label="Elsewhere"),
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(chain_hash="0" * 64),
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(position=None),
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(position=99),
        lambda row: row.delete(),
    ],
    ids=["changes", "label", "at", "organisation", "unit", "hash", "unsealed", "moved", "removed"],
)
def test_verify_when_a_row_is_tampered_with_then_its_place_is_named(
    city: Organisation, tamper: Callable[[AuditEvent], object]
) -> None:
    tamper(AuditEvent.objects.get(position=3))
    found = verify_chain().first_break
    assert found and found.position == 3


def test_verify_when_a_row_is_put_in_between_then_its_place_is_named(city: Organisation) -> None:
    for position in (5, 4, 3):
        AuditEvent.objects.filter(position=position).update(position=position + 1)
    forged = audit_row(by=OPERATOR, action="try", target=city)
    forged.position, forged.chain_hash = 3, "f" * 64
    forged.save()
    found = verify_chain().first_break
    assert found and found.position == 3 and found.row == forged.pk


def test_verify_when_the_end_is_cut_off_then_only_the_kept_head_tells(city: Organisation) -> None:
    at, head = chain_head()
    AuditEvent.objects.filter(position__gt=3).delete()
    assert verify_chain().is_whole
    found = verify_chain(head=head, at=at).first_break
    assert found and found.position == 3 and "head" in found.text
    assert not verify_chain(head=head).is_whole
    position, kept = chain_head()
    assert verify_chain(head=kept.upper(), at=position).is_whole


def test_verify_when_rows_stay_outside_then_new_ones_are_counted_and_old_ones_break_it(
    city: Organisation,
) -> None:
    row = audit_row(by=OPERATOR, action="try", target=city)
    row.save()
    report = verify_chain()
    assert report.is_whole and (report.unsealed, report.late) == (1, 0)
    AuditEvent.objects.filter(pk=row.pk).update(at=clock.now() - timedelta(seconds=61))
    report = verify_chain()
    assert not report.is_whole and (report.unsealed, report.late) == (1, 1)
    write(city)  # a process died between; the next write takes them along
    report = verify_chain()
    assert report.is_whole and (report.rows, report.unsealed) == (7, 0)


def test_seal_when_it_fails_then_the_write_stands_and_the_next_one_makes_it_good(
    city: Organisation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError("the database is busy")

    with monkeypatch.context() as broken:
        broken.setattr(sealing, "seal_some", fail)
        write(city)
    assert unsealed().count() == 1 and "the database is busy" in caplog.text
    write(city)
    assert unsealed().count() == 0 and verify_chain().is_whole


def test_seal_when_thousands_come_at_once_then_in_short_rounds_and_the_rest_later(
    city: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "SEALED_AT_ONCE", 100)
    with transaction.atomic():
        record_audits(audit_row(by=OPERATOR, action="try", target=city) for _ in range(620))
    assert unsealed().count() == 120
    assert seal_chain() == 120 and seal_chain() == 0
    report = verify_chain()
    assert report.is_whole and report.rows == 625


def test_seal_when_many_write_at_once_then_one_chain_without_gaps(city: Organisation) -> None:
    """Six threads with their own connections, as web and robot processes have."""
    faults: list[Exception] = []

    def many() -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    write(city)
                    write(city, name=["a", "b"])
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=many) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    seal_chain()
    report = verify_chain()
    assert report.is_whole and report.rows == 5 + 120 and report.unsealed == 0


@transactional
def test_seal_when_content_is_of_every_kind_then_it_reads_back_the_same() -> None:
    city = create_organisation(by=OPERATOR, name='😀 "citat" \\ Åäö ‏ש')
    write(
        city,
        numbers=[0.1, 1e-9, 1.0, -0.0, 1e30, 10**18, 123456789.123456789, 2**53 + 1],
        texts=["\n\t", "\u00e9", "e\u0301", "</script>"],
        nested={"b": {"z": None, "a": [True, False]}, "a": []},
    )
    record_audit(by=Viewer(), action="nothing", target=Unit.objects.first())  # type: ignore[arg-type]
    assert verify_chain().is_whole
