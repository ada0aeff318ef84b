"""One format of log lines, for people and for programs, and the ids each line speaks of."""

import asyncio
import json
import logging
import sys

import pytest

from bridge.about import about, about_only, spoken_of
from deploy.logs import LogForm, LogFormatter


def said(form: LogForm, message: str, *arguments: object, error: BaseException | None = None) -> str:
    story = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("sfu.tap", logging.WARNING, "tap.py", 1, message, arguments, story)
    record.created = 1_800_000_000.25
    return LogFormatter("sfu", form).format(record)


def test_a_line_for_people() -> None:
    with about(room="r1", participant="p1"):
        line = said(LogForm.TEXT, "tap of %s", "rec")
    assert line == "2027-01-15T08:00:00.250Z WARNING sfu.tap tap of rec [room=r1 participant=p1]"
    assert said(LogForm.TEXT, "quiet") == "2027-01-15T08:00:00.250Z WARNING sfu.tap quiet"


def test_a_line_for_programs() -> None:
    with about(room="r1"):
        line = json.loads(said(LogForm.JSON, "tạm dừng %d s", 3))
    assert line == {
        "time": "2027-01-15T08:00:00.250Z",
        "level": "warning",
        "process": "sfu",
        "logger": "sfu.tap",
        "message": "tạm dừng 3 s",
        "room": "r1",
    }


@pytest.mark.parametrize("form", LogForm)
def test_nobody_writes_a_line_of_their_own(form: LogForm) -> None:
    forged = "x\n2027-01-15T08:00:00Z ERROR root all is well\r\x1b[2J"
    with about(room=forged):
        line = said(form, "event %s refused", forged)
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_a_fault_is_told_whole() -> None:
    try:
        raise ZeroDivisionError("why")
    except ZeroDivisionError as error:
        text, line = (said(form, "broken", error=error) for form in LogForm)
    assert text.splitlines()[-1] == json.loads(line)["error"].splitlines()[-1] == "ZeroDivisionError: why"


async def test_each_task_speaks_of_its_own() -> None:
    async def work() -> dict[str, str]:
        await asyncio.sleep(0)
        return dict(spoken_of())

    with about(room="r1", participant="p1"):
        inherits = asyncio.create_task(work())
        with about_only(room="r2"):
            outlives = asyncio.create_task(work())
    assert await inherits == {"room": "r1", "participant": "p1"}
    assert await outlives == {"room": "r2"}
    assert spoken_of() == {}


def test_only_ids_are_carried() -> None:
    with pytest.raises(ValueError, match="name"), about(name="Lan"):
        sys.exit("never here")
