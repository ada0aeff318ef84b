"""The local journal's file: what was acknowledged is there after a kill, and nothing half is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import Unavailable
from bridge.ids import ReceptionId
from storage import localjournal
from storage.localjournal import FileJournal

ROOM = ReceptionId("reception-1")


@pytest.fixture
def journal(tmp_path: Path) -> FileJournal:
    return FileJournal(tmp_path / "journal" / "web-1")


async def test_lines_are_appended_in_order_and_gone_when_cleared(journal: FileJournal) -> None:
    assert (await journal.read(ROOM), await journal.receptions()) == (b"", [])
    await journal.append(ROOM, [b"one\n", b"two\n"])
    await journal.append(ROOM, [b"three\n"])
    assert await journal.read(ROOM) == b"one\ntwo\nthree\n"
    assert await journal.receptions() == [ROOM]
    await journal.clear(ROOM)
    await journal.clear(ROOM)
    assert (await journal.read(ROOM), await journal.receptions()) == (b"", [])


async def test_a_note_is_replaced_whole_and_outlives_the_lines(journal: FileJournal) -> None:
    assert await journal.noted(ROOM) == b""
    await journal.note(ROOM, b"")
    await journal.note(ROOM, b"longer")
    await journal.append(ROOM, [b"one\n"])
    await journal.note(ROOM, b"new")
    await journal.clear(ROOM)
    assert (await journal.noted(ROOM), await journal.receptions()) == (b"new", [])
    await journal.note(ROOM, b"")
    assert await journal.noted(ROOM) == b""


async def test_a_line_that_a_kill_tore_is_written_over(journal: FileJournal, tmp_path: Path) -> None:
    await journal.append(ROOM, [b"one\n"])
    with (tmp_path / "journal/web-1/reception-1.jsonl").open("ab") as file:
        file.write(b'{"torn')
    await journal.append(ROOM, [b"two\n"])
    assert await journal.read(ROOM) == b"one\ntwo\n"


async def test_a_full_journal_takes_nothing_and_keeps_what_it_has(
    journal: FileJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(localjournal, "MOST_BYTES", 10)
    await journal.append(ROOM, [b"12345\n"])
    with pytest.raises(Unavailable):
        await journal.append(ROOM, [b"12345\n"])
    assert await journal.read(ROOM) == b"12345\n"


@pytest.mark.parametrize("fails", ["fsync", "pwrite"])
async def test_a_disk_that_fails_leaves_no_half_line(
    journal: FileJournal, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    await journal.append(ROOM, [b"one\n"])

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, fails, full)
        with pytest.raises(Unavailable, match="No space left"):
            await journal.append(ROOM, [b"two\n"])
    assert await journal.read(ROOM) == b"one\n"


async def test_what_cannot_be_stored_is_set_aside_under_a_name_of_its_own(journal: FileJournal) -> None:
    places = []
    for line in (b"one\n", b"two\n"):
        await journal.append(ROOM, [line])
        places.append(Path(await journal.set_aside(ROOM)))
    assert [place.read_bytes() for place in places] == [b"one\n", b"two\n"]
    assert await journal.receptions() == []


@pytest.mark.parametrize("name", ["../x", "", ".x", "a/b", "a" * 200])
async def test_a_name_that_leads_elsewhere_is_refused(journal: FileJournal, name: str) -> None:
    with pytest.raises(Unavailable, match="names no file"):
        await journal.append(ReceptionId(name), [b"one\n"])


_WRITES_UNTIL_KILLED = """
import asyncio, os, sys
from pathlib import Path
from storage.localjournal import FileJournal
async def write():
    journal = FileJournal(Path(sys.argv[1]))
    for number in range(1000):
        await journal.append("room", [b"%d\\n" % number])
        os.write(1, b"%d\\n" % number)
        if number == 20:
            os.kill(os.getpid(), 9)
asyncio.run(write())
"""


async def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    killed = subprocess.run(  # noqa: ASYNC221  the test waits for nothing else
        [sys.executable, "-c", _WRITES_UNTIL_KILLED, str(folder)], stdout=subprocess.PIPE, check=False
    )
    assert killed.returncode == -9
    assert await FileJournal(folder).read(ReceptionId("room")) == killed.stdout
