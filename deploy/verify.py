"""``diemcau verify``: checks a sealed recording, by id or by its folder, and says what it checked and each fault."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from bridge.agreement import agreed
from bridge.errors import Code, NotFound
from bridge.ids import RecordingId
from bridge.model import RecordingRow
from bridge.ports import ObjectStore, ReadableObjects
from bridge.repositories import UnitsOfWork
from bridge.signing import KeyId, Origin, shown
from bridge.verification import (
    MANIFEST_NAME,
    Judge,
    Progress,
    Verification,
    manifest_key,
    remembered_of,
    verify_recording,
)
from storage.bag.verifying import verify_bag

_ID = re.compile(r"[a-z0-9]{20}")


async def verify_by_id(
    units: UnitsOfWork, objects: ObjectStore, judge: Judge, recording: str, told: Callable[[int, int], None]
) -> Verification:
    """Against what the database remembers. Raises NotFound (not_sealed: it has no manifest yet), Unavailable."""
    row = await _row(units, recording)
    if not row.manifest_key:
        raise NotFound(Code.NOT_SEALED, f"recording {recording} is {row.state}: it has not been sealed yet")
    result = await verify_recording(objects, row.manifest_key, judge, remembered_of(row), progress_of(told))
    return await agreed(units, objects, row, result)


async def verify_exported(bag: Path, judge: Judge, told: Callable[[int, int], None]) -> Verification:
    """A bag, wherever it lies, without any database and without writing: the record in it and the bag around it."""

    async def check_record(objects: ReadableObjects, key: str) -> Verification:
        return await verify_recording(objects, key, judge, progress=progress_of(told))

    return await verify_bag(bag, check_record)


async def verify_prefix(
    objects: ReadableObjects, judge: Judge, prefix: str, told: Callable[[int, int], None]
) -> Verification:
    """A recording's folder in a directory store, without any database."""
    return await verify_recording(objects, manifest_key(prefix), judge, progress=progress_of(told))


def store_and_prefix(path: Path) -> tuple[Path, str]:
    """The store's folder and the key prefix of a recording's folder: ``…/objects/recordings/ID`` → (objects, prefix).

    Raises NotFound when there is no manifest.
    """
    path = path.absolute()
    folder = path.parent if path.name == MANIFEST_NAME else path
    if not (folder / MANIFEST_NAME).exists():
        raise NotFound(detail=f"{folder} holds no {MANIFEST_NAME}")
    return folder.parent.parent, f"{folder.parent.name}/{folder.name}/"


def looks_like_id(text: str) -> bool:
    """Whether it can only be an id, not a path."""
    return bool(_ID.fullmatch(text))


async def _row(units: UnitsOfWork, recording: str) -> RecordingRow:
    async with units.reading() as unit:
        return await unit.recordings.get(RecordingId(recording))


def progress_of(told: Callable[[int, int], None]) -> Progress:
    """For those who tell by the loop what is shown at once."""

    async def progress(checked: int, total: int) -> None:
        told(checked, total)

    return progress


def report(result: Verification) -> str:
    """For people: what was checked, and every fault on a line of its own."""
    lines = [f"{result.objects} objects, {result.bytes:,} bytes checked"]
    lines += [f"  {f.path}: {f.algorithm}: expected {f.expected}, found {f.found}" for f in result.faults]
    lines += [f"  {f.path}: {f.algorithm}: declared at the export: {f.found}" for f in result.declared]
    verdict = _verdict(result)
    by = shown(KeyId(result.signed_by)) + (f" ({result.signer})" if result.signer else "")
    return "\n".join([*lines, f"{verdict}; {_ORIGIN[result.origin].format(by=by)}"])


def exit_code(result: Verification) -> int:
    """0: whole; 1: faults; 3: damaged exactly as the export declared it."""
    if result.faults:
        return 1
    return DAMAGED if result.declared else 0


def _verdict(result: Verification) -> str:
    if result.faults:
        return f"{len(result.faults)} fault(s)"
    if result.declared:
        return f"damaged exactly as declared; the rest is unaltered since {_SEALED[result.origin]}"
    return f"unaltered since {_SEALED[result.origin]}"


DAMAGED = 3
"""Exit code of an export that declares damage, and of the check of one."""

_SEALED = {origin: "signed" if origin in (Origin.SIGNED, Origin.TRUSTED) else "sealed" for origin in Origin}
_ORIGIN = {
    Origin.UNSIGNED: "not signed, origin not established",
    Origin.BROKEN: "the signature does not hold",
    Origin.SIGNED: "signed by {by}; origin not established (--trust FILE|FINGERPRINT)",
    Origin.UNTRUSTED: "signed by {by}, which is not trusted",
    Origin.TRUSTED: "signed by {by}, trusted",
}
"""For people at a terminal; programmes read the code."""


def as_json(result: Verification) -> str:
    """For programmes."""
    return msgspec.json.encode(result).decode()
