"""A bound on what can be handed in, kept while it arrives: a file of a gigabyte never fills the disk."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

MB = 1024 * 1024
ABANDONED = 24 * 3600  # seconds


class QuotaUploadHandler(FileUploadHandler):
    """Stops an upload at RINGAR_UPLOAD_MB; the view then finds no file and says so."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.RINGAR_UPLOAD_MB * MB:
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def import_folder() -> Path:
    """Where spreadsheets wait that were handed in and are not saved yet."""
    return Path(settings.MEDIA_ROOT) / "imports"


def remove_abandoned(older_than: float = ABANDONED) -> int:
    """Removes handed-in spreadsheets that nobody saved within a day; returns how many."""
    before, count = time.time() - older_than, 0
    for path in import_folder().glob("*"):
        if path.is_file() and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            count += 1
    return count
