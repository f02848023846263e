"""A bound on what can be handed in, kept while it arrives: a file of a gigabyte never fills the disk."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

MOST_BYTES = 25 * 1024 * 1024


class QuotaUploadHandler(FileUploadHandler):
    """Stops an upload at 25 MB; the view then finds no file and says so."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
