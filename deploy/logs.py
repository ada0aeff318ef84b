"""How every process logs: one format function, as lines for people or as JSON lines, each with the ids it speaks of."""

import logging
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from bridge.about import spoken_of

_CHATTY = ("alembic", "signaling.engineio", "signaling.socketio", "aioice")
"""Libraries that tell every step at INFO."""


class LogForm(StrEnum):
    """``text``: a line for people · ``json``: an object a line."""

    TEXT = "text"
    JSON = "json"


class LogFormatter(logging.Formatter):
    """``process``: web, sfu, …"""

    def __init__(self, process: str, form: LogForm) -> None:
        super().__init__()
        self._process = process
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever was said: who sends a line break writes no line of their own."""
        story = self.formatException(record.exc_info) if record.exc_info else ""
        said = record.getMessage()
        return (self._json if self._form is LogForm.JSON else self._text)(record, said, story)

    def _json(self, record: logging.LogRecord, said: str, story: str) -> str:
        line = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": said,
            **spoken_of(),
            **({"error": story} if story else {}),
        }
        return msgspec.json.encode(line).decode()

    def _text(self, record: logging.LogRecord, said: str, story: str) -> str:
        ids = " ".join(f"{name}={value}" for name, value in spoken_of().items())
        line = " ".join([_moment(record), record.levelname, record.name, said, *([f"[{ids}]"] if ids else [])])
        plain = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)
        return "\n".join(filter(None, (plain, story)))


def _moment(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def set_up_logs(process: str, form: LogForm, level: int = logging.INFO) -> None:
    """For this process, to its standard error; once."""
    handler = logging.StreamHandler()
    handler.setFormatter(LogFormatter(process, form))
    logging.basicConfig(level=level, handlers=[handler])
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
