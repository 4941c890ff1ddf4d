"""The service's log: one line of JSON an event, and nothing in it that a client sent.

An event has the fields that whoever logs it names, and those are ours: a route template and never an address, a keyed hash and
never a name. Of what libraries say only who said it is kept, because their words may hold anything; of an error its kind and
where it arose, and not its words.
"""

import hashlib
import hmac
import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

OWN = ("api", "graph", "loaders", "recommender")
"""Loggers whose words are ours."""
FIELDS = "rxpath"
"""Under which name a record carries the fields of its event."""
FRAMES = 5


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; see the module."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        own = record.name.split(".")[0] in OWN
        fields = getattr(record, FIELDS, {})
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if own else "said by a library",
            **(fields if own and isinstance(fields, Mapping) else {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line |= {"error": record.exc_info[0].__name__, "at": _places(record.exc_info[2])}
        return json.dumps(line, ensure_ascii=True, default=lambda value: type(value).__name__)


def _places(found: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(found)[-FRAMES:]]


def log_lines(stream: TextIO | None = None) -> None:
    """Let this process log in lines of JSON, whatever was set before.

    Args:
        stream: where to; standard error when not given.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def log_settings() -> dict[str, object]:
    """The same for the server around the application, in the form of :func:`logging.config.dictConfig`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "api.logs.JsonLines"}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
        "loggers": {"_granian": {"handlers": ["lines"], "level": "WARNING", "propagate": False}},
        "root": {"level": "INFO", "handlers": ["lines"]},
    }


def short_hash(key: bytes, text: str) -> str:
    """Who somebody is in the log: the same for the same text, and nothing that leads back to it without the key."""
    return hmac.new(key, b"log " + text.encode(), hashlib.sha256).hexdigest()[:12]
