"""``diemcau archive export``: a sealed recording as a bag in a folder, with what people and browsers need for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from bridge.errors import NotFound
from bridge.export import Exported, Exporting, ExportRequest
from bridge.ids import AccountId, RecordingId
from bridge.policy import SYSTEM
from bridge.repositories import UnitsOfWork
from bridge.signing import KeyId, shown
from bridge.verification import Progress as Told
from deploy.configuration import Configuration, ConfigurationFault
from deploy.folder import prepare
from deploy.software import SOFTWARE
from deploy.stores import opened
from deploy.time import SystemClock
from deploy.verify import DAMAGED
from recorder.remux import PyAvRemuxer
from storage.bag.writing import FolderBag
from storage.signing.checker import Signatures
from web.bagpages import NotBuilt, WrittenPages
from web.config import STATIC


async def export(
    configuration: Configuration,
    recording: str,
    place: Path,
    purpose: str,
    by: str | None,
    json: bool,
    console: Console,
) -> int:
    """Prints what was written; 0, or 3 when it declares damage. Raises ConfigurationFault, Refusal, NotExported."""
    pages = _pages(configuration)
    async with opened(configuration, prepare(configuration)) as storage:
        reader = await _reader(storage.units, by)
        request = ExportRequest(SYSTEM, RecordingId(recording), purpose, reader)
        exporting = Exporting(
            storage.units, storage.objects, Signatures(), PyAvRemuxer(), pages, SystemClock(), SOFTWARE
        )
        with _bar(console, json) as told:
            result = await exporting.export(request, FolderBag(place), told)
    console.print(
        msgspec.json.encode(result).decode() if json else _report(result, place), markup=False, soft_wrap=True
    )
    return DAMAGED if result.damage else 0


def _pages(configuration: Configuration) -> WrittenPages:
    try:
        return WrittenPages(STATIC, configuration.zone)
    except NotBuilt as fault:
        raise ConfigurationFault(str(fault)) from fault


async def _reader(units: UnitsOfWork, login: str | None) -> AccountId | None:
    """Whose reading it is. Raises NotFound for a login that nobody has."""
    if login is None:
        return None
    async with units.reading() as unit:
        account = await unit.accounts.by_login(login)
    if account is None:
        raise NotFound(detail=f"no account {login}")
    return account.id


@contextmanager
def _bar(console: Console, quiet: bool) -> Iterator[Told]:
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        async def told(copied: int, total: int) -> None:
            bar.update(task, completed=copied, total=total)

        yield told


def _report(result: Exported, place: Path) -> str:
    lines = [f"{result.files} files, {result.bytes:,} bytes in {place}"]
    lines += [f"  DAMAGED {f.path}: {f.algorithm}: sealed {f.expected}, stored {f.found}" for f in result.damage]
    if result.damage:
        lines.append("the stored recording is damaged; the folder declares it (damage.json, summary.html)")
    lines += [f"  no browser plays {key}: no other form could be made of it" for key in result.unplayable]
    lines.append(f"manifest sha256 {result.manifest_sha256}")
    check = f"check it anywhere: diemcau verify {place}"
    if not result.signed_by:
        return "\n".join([*lines, "not signed", check])
    by = shown(KeyId(result.signed_by))
    return "\n".join([*lines, f"signed by {by}: hand that over apart from the folder", f'{check} --trust "{by}"'])
