"""Settings of the tests, and the folder with shared data.

Tests run as production does, but over plain http and with quick passwords. DATABASE_URL chooses the database;
without it SQLite in a file, since other threads and processes of the tests must be able to look on.
"""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.utils import translation

ROOT = Path(__file__).resolve().parents[1]
VAR = Path(tempfile.mkdtemp(prefix="ringar-test-"))
(VAR / "static").mkdir()
atexit.register(shutil.rmtree, VAR, ignore_errors=True)

os.environ |= {
    "DJANGO_SETTINGS_MODULE": "ringar.config.settings",
    "RINGAR_VAR": str(VAR),
    "RINGAR_SECRET_KEY": "only for tests",
    "RINGAR_HOSTS": "testserver,localhost,127.0.0.1",
    "RINGAR_SSL_REDIRECT": "0",
    "RINGAR_DEMO": "0",
    # Playwright's own event loop runs in the tests' thread, and Django would take it for asynchronous code.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = False
settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"
settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].pop("upgrade-insecure-requests")
if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(VAR / "test.sqlite3")
django.setup()
# What stands now stands to the end: it need not be searched for garbage, nor the rest so often.
gc.freeze()
gc.set_threshold(50_000, 20, 50)
# The longest modules begin first, so that none of them is left alone at the end.
LONGEST = (
    "browser/test_pages.py",
    "core/test_rights.py",
    "tests/test_load.py",
    "core/test_audit_writes.py",
    "browser/test_keyboard.py",
    "robots/test_kills.py",
    "robots/test_worker.py",
    "robots/test_run.py",
    "core/test_attacks.py",
    "core/test_api_fuzz.py",
    "core/test_import_command.py",
    "journeys/",
    "demo/",
)
# Loaded after this file, when the models are ready.
pytest_plugins = ["tests.people", "tests.city", "tests.chromium", "tests.log_in_providers"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        return next((n for n, part in enumerate(LONGEST) if part in item.path.as_posix()), len(LONGEST))

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def swedish() -> None:
    """Each test begins in the house's language: a request leaves that of its reader behind in the thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with shared real data; the test is skipped where it is missing."""
    folder = Path(os.environ.get("RINGAR_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set RINGAR_DATA to try this on it")
    return folder


@pytest.fixture
def ringar() -> list[str]:
    """The command `ringar` for subprocess, from the Python that runs the tests."""
    return [sys.executable, "-m", "ringar.cli"]
