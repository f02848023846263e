"""Evidence: counted, flagged, photos judged by what they hold."""

import io
import re
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from ringar.core.models import AuditEvent
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Refused
from ringar.needs.actions import add_evidence, edit_evidence, remove_evidence
from ringar.needs.models import Evidence
from ringar.needs.photos import clean_photo
from tests.people import People
from tests.rooms.needs.cast import draft_of, shared_by


def photo(kind: str = "JPEG", size: tuple[int, int] = (2400, 1200), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def camera_photo() -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Kameramärket", 6  # maker, and turned a quarter
    exif.get_ifd(0x8825)[2] = (59.0, 20.0, 0.0)  # latitude
    return photo(exif=exif)


def bomb() -> bytes:
    """A PNG of some kilobytes that says it is 50,000 pixels square."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    head = (50_000).to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


def test_clean_photo_when_from_a_camera_then_smaller_upright_and_without_place() -> None:
    cleaned = clean_photo(io.BytesIO(camera_photo()))
    image = Image.open(io.BytesIO(cleaned))
    assert image.format == "JPEG" and image.size == (800, 1600)
    assert not image.getexif() and b"Kameram" not in cleaned


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"inte en bild",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        photo()[:500],
        bomb(),
        b"GIF89a" + bytes(50),
        b"%PDF-1.7",
    ],
    ids=["empty", "text", "svg", "cut", "bomb", "gif", "pdf"],
)
def test_clean_photo_when_no_photo_then_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        clean_photo(io.BytesIO(content))


def test_clean_photo_when_larger_than_10_megabytes_then_refused() -> None:
    with pytest.raises(Refused, match="10 MB"):
        clean_photo(io.BytesIO(photo() + bytes(10 * 1024 * 1024)))


def test_clean_photo_when_a_small_file_unpacks_to_more_than_a_phone_takes_then_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(Refused, match="60"):
        clean_photo(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_clean_photo_when_another_format_then_made_jpeg(kind: str) -> None:
    assert Image.open(io.BytesIO(clean_photo(io.BytesIO(photo(kind, (40, 30)))))).format == "JPEG"


def test_add_evidence_when_met_outside_then_counted(people: People) -> None:
    by, need = viewer_of(people.bo), shared_by(people.bo)
    add_evidence(by=by, need=need, kind="interview", summary="Hon äter alltid ensam", met="en dotter, 58 år")
    add_evidence(by=by, need=need, kind="data", summary="40 larm i veckan", is_outside=False)
    need.refresh_from_db()
    assert (need.evidence_count, need.outside_count) == (2, 1)


def test_add_evidence_when_outsider_then_not_allowed(people: People) -> None:
    need = shared_by(people.bo, visibility="public")
    for person in (people.sam, people.farid, people.elif_):
        with pytest.raises(NotAllowed):
            add_evidence(by=viewer_of(person), need=need, kind="interview", summary="x")


def test_evidence_new_when_flagged_then_kept_unseen_until_decided(
    people: People, logged_in, settings, tmp_path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    need, client = shared_by(people.bo, visibility="public"), logged_in(people.bo)
    data = {
        "kind": "photo", "summary": "Ingrid Sandberg äter ensam", "met": "en boende", "is_outside": "on",
        "photo": SimpleUploadedFile("../../ont.php", camera_photo(), "text/html"),
    }  # fmt: skip
    response = client.post(reverse("evidence_new", args=[need.uuid]), data)
    evidence = Evidence.objects.get()
    picture = reverse("evidence_photo", args=[evidence.uuid])
    assert response.url == reverse("evidence_edit", args=[evidence.uuid])
    assert evidence.is_draft and evidence.photo.name == f"needs/{evidence.uuid}.jpg"
    assert Client().get(picture).status_code == 404
    assert "Ingrid" not in Client().get(need.get_absolute_url()).content.decode()
    body = client.get(response.url).content.decode()
    keys = re.findall(r'name="kept" value="([^"]+)"', body)
    form = {"summary": evidence.summary, "met": evidence.met, "surprise": ""}
    assert client.post(response.url, form).status_code == 200
    assert client.post(response.url, form | {"kept": keys}).status_code == 302
    shown = Client().get(picture)
    assert shown["Content-Type"] == "image/jpeg" and shown["X-Content-Type-Options"] == "nosniff"
    need.refresh_from_db()
    assert need.evidence_count == 1
    assert "Sandberg" not in str(list(AuditEvent.objects.values_list("changes", flat=True)))


@pytest.mark.parametrize(
    "wrong",
    [{"summary": ""}, {"summary": "å" * 50_000}, {"kind": "gossip"}, {"happened_on": "2999-01-01"},
     {"happened_on": "i går"}, {"kind": "photo"}, {"photo": SimpleUploadedFile("a.jpg", b"no photo", "image/jpeg")}],
)  # fmt: skip
def test_evidence_new_when_wrong_then_told_and_the_text_is_still_there(
    people: People, logged_in, wrong: dict
) -> None:
    need = shared_by(people.bo)
    data = {
        "kind": "interview",
        "summary": "Hon äter ensam",
        "surprise": "Att hon skrattade",
        "is_outside": "on",
    }
    response = logged_in(people.bo).post(reverse("evidence_new", args=[need.uuid]), data | wrong)
    assert response.status_code == 200 and 'role="alert"' in response.content.decode()
    assert "Att hon skrattade" in response.content.decode()
    assert not Evidence.objects.exists()


def test_evidence_photo_when_the_need_is_closed_to_one_then_not_found(
    people: People, logged_in, settings, tmp_path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    need = shared_by(people.dag, visibility="unit")
    evidence = add_evidence(
        by=viewer_of(people.dag), need=need, kind="photo", summary="Kön", photo=io.BytesIO(photo())
    )
    address = reverse("evidence_photo", args=[evidence.uuid])
    assert logged_in(people.dag).get(address).status_code == 200
    for person in (people.bo, people.sam, people.farid):
        assert logged_in(person).get(address).status_code == 404


def test_edit_and_remove_evidence_when_anothers_then_not_allowed(people: People) -> None:
    need = shared_by(people.bo)
    evidence = add_evidence(by=viewer_of(people.dag), need=need, kind="interview", summary="Kön är lång")
    with pytest.raises(NotAllowed):
        edit_evidence(by=viewer_of(people.bo), evidence=evidence, summary="Ändrat")
    with pytest.raises(NotAllowed):
        remove_evidence(by=viewer_of(people.sam), evidence=evidence)
    remove_evidence(by=viewer_of(people.dag), evidence=evidence)
    need.refresh_from_db()
    assert need.evidence_count == 0


def test_share_need_when_its_evidence_names_somebody_then_flagged(people: People, logged_in) -> None:
    need = draft_of(people.bo)
    add_evidence(by=viewer_of(people.bo), need=need, kind="interview", summary="Kerstin Wallgren berättade")
    assert (
        "Wallgren</mark>"
        in logged_in(people.bo).get(reverse("need_share", args=[need.uuid])).content.decode()
    )
