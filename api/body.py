"""Reads JSON bodies strictly: what two readers could understand differently is refused.

Refused are other content types, compressed bodies, bodies over a megabyte, what is no JSON, what breaks a limit of
:mod:`api.json_limits` (NaN and infinities, duplicate keys, deep nesting, too many values), NUL in a text, and anything but an
object. The reading is on the request itself, so that every route gets it.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, Any, cast

import orjson
from flask import Request, current_app
from werkzeug.exceptions import RequestEntityTooLarge

from api.errors import BodyError, BodySizeError, BodyTypeError, BusyError, FieldProblem, InputError
from api.json_limits import SHOWN, check_limits, escaped

MAX_BYTES = 1_000_000
MAX_PARTS = 64
"""How many fields and files an upload may have."""
READERS = 4
"""How many bodies a process reads at once, fewer than the threads that it answers with: a client may send one as slowly as it
likes, and holds a thread for as long. What has no body is answered meanwhile."""
WAIT_SECONDS = 0.2
"""How long a request waits until it may read its body."""


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    max_content_length = MAX_BYTES
    readers = threading.BoundedSemaphore(READERS)

    def take_upload(self, most: int) -> None:
        """Take a form with files in place of JSON.

        Args:
            most: bytes of the whole body.

        Raises:
            BodyTypeError: when the body is no such form.
            BodySizeError: when it says that it is larger.
        """
        if self.mimetype != "multipart/form-data":
            raise BodyTypeError("a body of the type multipart/form-data is expected")
        if (self.content_length or 0) > most:
            raise BodySizeError(f"a body of at most {most} bytes is expected")
        self.max_content_length = most
        self.max_form_parts = MAX_PARTS
        self._uploads: list[IO[bytes]] = []

    def end_upload(self) -> None:
        """Let go of the files that came in; also of those of a form that broke off, which nobody was given."""
        for file in getattr(self, "_uploads", ()):
            file.close()

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        # Beside what the service keeps, not in a common folder; without a name, so that nothing is left when the process ends.
        file = cast(IO[bytes], TemporaryFile(dir=current_app.config["UPLOAD_FOLDER"]))  # noqa: SIM115  # closed by end_upload
        self._uploads.append(file)
        return file

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body; Flask's arguments are accepted and change nothing.

        Raises:
            BodyError: when it cannot be read.
            BusyError: when too many bodies are on their way.
            InputError: when it is no object, or a text in it holds NUL.
        """
        if self.mimetype != "application/json" or self.headers.get("Content-Encoding", "identity") != "identity":
            raise BodyTypeError("a body of the type application/json is expected, not compressed")
        return read_object(self.read_data())

    def read_data(self) -> bytes:
        """The bytes of the body, within its limits.

        Raises:
            BodySizeError: when there are too many.
            BusyError: when as many bodies are read already as may be at once.
        """
        data = b""
        if not self.readers.acquire(timeout=WAIT_SECONDS):
            raise BusyError("too many bodies are on their way; try again in a moment")
        try:
            with suppress(RequestEntityTooLarge):
                data = self.get_data()
        finally:
            self.readers.release()
        # A body that is sent in chunks is cut at the limit without a word.
        if len(data) >= MAX_BYTES or (self.content_length or 0) >= MAX_BYTES:
            raise BodySizeError(f"a body of less than {MAX_BYTES} bytes is expected")
        return data


def read_object(data: bytes) -> dict[str, Any]:
    """The object that a JSON text holds.

    Raises:
        BodyError: when it is no JSON, or breaks a limit of :mod:`api.json_limits`.
        InputError: when it holds something else than an object, or a text in it holds NUL.
    """
    try:
        check_limits(data.decode())
        # Strict about everything but duplicate keys, of which it would keep the last.
        value = orjson.loads(data)
    except ValueError:
        # The reader's words would repeat the body.
        raise BodyError("the body is no JSON that can be read") from None
    if not isinstance(value, dict):
        raise InputError([FieldProblem("", "an object is expected")])
    if found := [FieldProblem(pointer, "NUL is not allowed in a text") for pointer in _nuls(value, "")]:
        raise InputError(found)
    return value


def _nuls(value: object, pointer: str) -> Iterator[str]:
    if isinstance(value, str) and "\x00" in value:
        yield pointer
    elif isinstance(value, Mapping):
        if any("\x00" in key for key in value):
            yield pointer
        for key, item in value.items():
            yield from _nuls(item, f"{pointer}/{escaped(key[:SHOWN])}")
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _nuls(item, f"{pointer}/{i}")
