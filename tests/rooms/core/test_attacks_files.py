"""What strangers hand in as files: bombs, disguises, paths. Each is refused in plain words, and nothing is kept."""

import io
import json
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from ringar.core.actions import add_unit, import_people, import_units
from ringar.core.models import AuditEvent, Unit
from ringar.core.queries import viewer_of
from ringar.core.rules import NotAllowed, Role, Viewer
from ringar.core.uploads import import_folder
from ringar.needs.models import Evidence, Need
from tests.people import People
from tests.rooms.needs.cast import shared_by

SCRIPT = b"<script>alert(document.cookie)</script>"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


# Photos


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to as many pixels as it says."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\0" + b"\0" * (width // 8 + 1)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg(trailer: bytes = b"", **told: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG", **told)
    return out.getvalue() + trailer


NO_PHOTOS = {
    "an SVG with a script": b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>",
    "an SVG that calls itself XML": b"<?xml version='1.0'?><svg onload='alert(1)'/>",
    "a page": b"<!doctype html>" + SCRIPT,
    "a page that begins as a GIF": b"GIF89a/*" + SCRIPT + b"*/=1;",
    "a page that begins as a JPEG": b"\xff\xd8\xff\xe0" + SCRIPT,
    "half a photo": jpeg()[:200],
    "nothing": b"",
    "a program": b"MZ" + b"\0" * 500,
    "an archive": b"PK\x03\x04" + b"\0" * 500,
    "a PDF": b"%PDF-1.7\n" + SCRIPT,
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
    "too many pixels": png_of(30_000, 30_000),
    "pixels beyond counting": b"\x89PNG\r\n\x1a\n"
    + png_of(8, 8)[8:16]
    + struct.pack(">II", 2**31 - 1, 2**31 - 1)
    + png_of(8, 8)[24:],
}


def hand_in(client: Client, need: Need, content: bytes, name: str, kind: str = "image/jpeg") -> Any:
    data = {"kind": "photo", "summary": "En bild", "happened_on": "2026-01-02"}
    photo = SimpleUploadedFile(name, content, kind)
    return client.post(reverse("evidence_new", args=[need.uuid]), {**data, "photo": photo})


@pytest.mark.parametrize("what", NO_PHOTOS)
def test_photo_when_it_is_none_then_refused_quickly_and_nothing_is_kept(
    people: People, logged_in: Any, folder: Path, what: str
) -> None:
    client, need = logged_in(people.bo), shared_by(people.bo)
    began = time.process_time()
    for name in ("bild.jpg", "bild.svg", "bild.html", "../../../etc/cron.d/bild.jpg"):
        page = hand_in(client, need, NO_PHOTOS[what], name)
        assert page.status_code == 200 and "photo" in page.context["form"].errors, name
    assert time.process_time() - began < 10
    assert not Evidence.objects.exists() and not AuditEvent.objects.filter(action="add_evidence").exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_photo_when_something_hides_in_it_then_only_the_picture_is_left(
    people: People, logged_in: Any, folder: Path
) -> None:
    client, need = logged_in(people.bo), shared_by(people.bo)
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    content = jpeg(SCRIPT, exif=exif, comment=SCRIPT)
    assert SCRIPT in content
    assert hand_in(client, need, content, "../../x.php.jpg\x00.html", "text/html").status_code == 302
    files = [path for path in folder.rglob("*") if path.is_file()]
    evidence = Evidence.objects.get()
    assert [path.name for path in files] == [f"{evidence.uuid}.jpg"] and b"script" not in files[
        0
    ].read_bytes()
    answer = client.get(reverse("evidence_photo", args=[evidence.uuid]))
    assert answer["Content-Type"] == "image/jpeg" and answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    with Image.open(io.BytesIO(answer.getvalue())) as image:
        assert image.size == (40, 30) and not image.getexif() and "comment" not in image.info


@pytest.mark.parametrize(
    "path",
    [
        "media/needs/x.jpg",
        "media/../ringar.sqlite3",
        "static/../../secret_key",
        "imports/x.csv",
        "static/%2e%2e/%2e%2e/settings.py",
    ],
)
def test_media_when_asked_for_by_path_then_not_found(people: People, logged_in: Any, path: str) -> None:
    assert logged_in(people.dag).get(f"/{path}").status_code == 404


# Spreadsheets


def xlsx(**parts: bytes) -> bytes:
    """A workbook whose named parts are replaced."""
    plain, out = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["namn"])
    book.active.append(["Hemtjänsten"])
    book.save(plain)
    with zipfile.ZipFile(plain) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in given.infolist():
            made.writestr(entry.filename, parts.get(Path(entry.filename).stem, given.read(entry)))
    return out.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
NAME = b'<row r="1"><c r="A1" t="inlineStr"><is><t>namn</t></is></c></row>'
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10) for number in range(1, 10))
BOMBS: dict[str, Callable[[], tuple[str, bytes]]] = {
    "zeros": lambda: ("x.xlsx", xlsx(sheet1=SHEET % (NAME + b" " * 300_000_000))),
    "a far cell": lambda: (
        "x.xlsx",
        xlsx(sheet1=SHEET % (NAME + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    ),
    "wide rows": lambda: (
        "x.xlsx",
        xlsx(
            sheet1=SHEET
            % (
                NAME
                + b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(2, 5_000))
            )
        ),
    ),
    "laughs": lambda: (
        "x.xlsx",
        xlsx(
            sheet1=b'<!DOCTYPE x [<!ENTITY l0 "ha">'
            + LAUGHS
            + b"]>"
            + SHEET % (NAME + b'<row r="2"><c r="A2" t="inlineStr"><is><t>&l9;</t></is></c></row>')
        ),
    ),
    "a file of the machine": lambda: (
        "x.xlsx",
        xlsx(
            sheet1=b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
            + SHEET % (NAME + b'<row r="2"><c r="A2" t="inlineStr"><is><t>&f;</t></is></c></row>')
        ),
    ),
    "many rows": lambda: ("x.csv", b"namn\n" + b"a\n" * 2_000_000),
    "one long row": lambda: ("x.csv", b"namn\n" + b"a;" * 5_000_000),
    "deep JSON": lambda: ("x.json", b"[" * 1_000_000),
    "deep JSON, closed": lambda: ("x.json", b'[{"namn":' + b"[" * 100_000 + b"]" * 100_000 + b"}]"),
    "a long number": lambda: ("x.json", b'[{"namn": ' + b"9" * 1_000_000 + b"}]"),
    "no zip": lambda: ("x.xlsx", b"PK\x03\x04" + b"\0" * 1_000),
    "a page": lambda: ("x.csv", b"<html>" + SCRIPT),
}


@pytest.mark.parametrize("what", BOMBS)
def test_spreadsheet_when_made_to_exhaust_then_refused_in_words_and_nothing_is_saved(
    people: People, logged_in: Any, what: str
) -> None:
    client = logged_in(people.dag)
    name, content = BOMBS[what]()
    units, trail = Unit.objects.count(), AuditEvent.objects.count()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    client.post(reverse("import_start"), {"kind": "units", "file": SimpleUploadedFile(name, content)})
    page = client.post(reverse("import_check", args=["units"]), {"save": "1"})
    took = time.process_time() - began
    text = page.content.decode() if page.status_code == 200 else ""
    assert "root:" not in text
    if what != "a file of the machine" or page.status_code == 200:  # read as an empty cell, it is refused too
        assert page.context["problem"] or page.context["problems"], what
    assert Unit.objects.count() == units and AuditEvent.objects.count() == trail
    assert took < 20, f"{took:.1f} s"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 600_000, "kB more than before"


@pytest.mark.parametrize(
    "name",
    [
        "../../../tmp/x.csv",
        "..\\..\\x.csv",
        "x.csv\x00.html",
        "/etc/passwd.csv",
        "C:\\x.csv",
        "å" * 300 + ".csv",
    ],
)
def test_spreadsheet_when_named_as_a_path_then_kept_under_our_own_name(
    people: People, logged_in: Any, folder: Path, name: str
) -> None:
    before = {path for path in folder.parent.rglob("*") if path.is_file()}
    client = logged_in(people.dag)
    client.post(reverse("import_start"), {"kind": "units", "file": SimpleUploadedFile(name, b"namn\nHemmet")})
    kept = {path for path in folder.parent.rglob("*") if path.is_file()} - before
    assert all(path.parent == import_folder() and len(path.stem) == 32 for path in kept)


@pytest.mark.parametrize("name", ["x.exe", "x.html", "x.svg", "x.csv.php", "x", ".csv"])
def test_spreadsheet_when_of_another_kind_then_refused(people: People, logged_in: Any, name: str) -> None:
    page = logged_in(people.dag).post(
        reverse("import_start"), {"kind": "units", "file": SimpleUploadedFile(name, SCRIPT)}
    )
    assert page.status_code == 200 and page.context["problem"]


def test_spreadsheet_when_cells_are_scripts_and_formulas_then_shown_as_text(
    people: People, logged_in: Any
) -> None:
    client = logged_in(people.dag)
    rows = [{"namn": "<img src=x onerror=alert(1)>"}, {"namn": '=HYPERLINK("http://evil.example")'}]
    file = SimpleUploadedFile("<script>.json", json.dumps(rows).encode())
    client.post(reverse("import_start"), {"kind": "units", "file": file})
    answer = client.get(reverse("import_check", args=["units"]))
    assert not answer.context["problem"], answer.context["problem"]
    page = answer.content.decode()
    assert "<img src=x" not in page and "<script>." not in page


# The actions ask too, whoever calls them


@pytest.mark.parametrize("save", [import_units, import_people])
def test_import_when_the_viewer_may_not_then_the_action_itself_refuses(people: People, save: Any) -> None:
    rows = [{"row": 2, "name": "Ny", "email": "ny@x.example", "external_id": "1"}]
    theirs = Viewer.of_command_line(people.other_city.pk)
    for by in (viewer_of(people.bo), viewer_of(people.elif_), viewer_of(people.sam), Viewer(), theirs):
        with pytest.raises(NotAllowed):
            save(by, people.city, "fil", rows, lambda done: None)
    assert not Unit.objects.filter(name="Ny").exists()
    counts = save(Viewer.of_command_line(people.city.pk), people.city, "fil", rows, lambda done: None)
    assert counts.new == 1


def test_unit_when_its_name_is_a_formula_then_no_file_runs_it(people: People, logged_in: Any) -> None:
    by = Viewer.of_command_line(people.city.pk)
    for name in ("=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "\t=1"):
        unit = add_unit(by=by, organisation=people.city, name=name)
        assert unit.pk
    client = logged_in(people.dag)
    assert Role.DEVELOPMENT_MANAGER in viewer_of(people.dag).roles
    need = shared_by(people.bo, "=1+1 och mer", "=1+1", "organisation")
    for address in (
        "/behov/lista.csv",
        "/oversikt/tabell.csv",
        "/leverantorer/lista.csv",
        "/losningar/lista.csv",
    ):
        text = client.get(address).getvalue().decode("utf-8-sig")
        cells = [cell for line in text.split("\r\n") for cell in line.split(";")]
        assert not [cell for cell in cells if cell.strip('"').startswith(("=", "@", "+", "-", "\t"))], address
    assert need.pk
