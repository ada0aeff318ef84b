"""Viewing copies: asked for by people, rendered by the jobs, cancelled by a word in the database.

A copy is for watching and proves nothing; the sealed segments are the record. One per recording. A run is known by the
moment it was asked for: what an older run still says is not taken. Of several ``jobs`` on one database the one that
holds the copy's lease renders it; each word of its progress renews it, so that another goes on when it has died.
"""

from typing import Any

import msgspec

from bridge.archive import COPY_UNDER_WAY, VIEWING_COPY, ViewingCopy, ViewingCopyState
from bridge.errors import Code, NotFound
from bridge.ids import NS_PER_S, AccountId, RecordingId
from bridge.model import RecordingRow
from bridge.policy import SYSTEM, Action
from bridge.ports import Clock, StoredObject
from bridge.repositories import AuditEntry, UnitOfWork, UnitsOfWork

CLAIM_NS = 15 * NS_PER_S
"""Progress is told each second; a database that is away for so long lets another begin, and only one is stored."""


class ViewingCopies:
    """The service. Who may ask is decided before (``Action.COPY_RECORDING``). ``worker``: this process among those that
    render; another name in each."""

    def __init__(self, units: UnitsOfWork, clock: Clock, worker: str = "jobs") -> None:
        self._units = units
        self._clock = clock
        self._worker = worker

    async def of(self, recording: RecordingId) -> ViewingCopy | None:
        """None when nobody ever asked for one."""
        async with self._units.reading() as unit:
            return await unit.viewing_copies.get(recording)

    async def ask(self, account: AccountId, row: RecordingRow) -> ViewingCopy:
        """A new run, unless one is under way. Raises NotFound(not_sealed)."""
        if not row.manifest_key:
            raise NotFound(Code.NOT_SEALED, f"recording {row.id}")
        async with self._units.writing() as unit:
            present = await unit.viewing_copies.get(row.id)
            if present is not None and present.state in COPY_UNDER_WAY:
                return present
            now = self._clock.utc()
            asked = ViewingCopy(row.id, ViewingCopyState.ASKED, account, now, now)
            if present is not None:
                VIEWING_COPY.step(present.state, asked.state)
            await self._put(unit, asked, account, "asked")
            await unit.commit()
        return asked

    async def cancel(self, account: AccountId, recording: RecordingId) -> ViewingCopy:
        """Ends a run that is under way; whatever else there is stays. Raises NotFound when there is none at all."""
        async with self._units.writing() as unit:
            present = await unit.viewing_copies.get(recording)
            if present is None:
                raise NotFound(detail=f"viewing copy of recording {recording}")
            if present.state not in COPY_UNDER_WAY:
                return present
            cancelled = self._stepped(present, ViewingCopyState.CANCELLED)
            await self._put(unit, cancelled, account, "cancelled")
            await unit.commit()
        return cancelled

    # ── told by the jobs ─────────────────────────────────────────────────────────────────────────────────────────

    async def wanted(self) -> list[ViewingCopy]:
        """Asked for, or begun by jobs that were killed; who asked first comes first."""
        async with self._units.reading() as unit:
            return await unit.viewing_copies.in_states(sorted(COPY_UNDER_WAY))

    async def progressed(self, run: ViewingCopy, progress: float) -> bool:
        """Whether it is still wanted, and ours. Told once before anything is rendered, then at most each second."""
        return await self._told(run, "", state=ViewingCopyState.RENDERING, progress=progress)

    async def ready(self, run: ViewingCopy, stored: StoredObject, note: str) -> bool:
        """False when it was cancelled in the last moment, or another took it. ``note``: which files are not in it."""
        return await self._told(
            run,
            "ready",
            state=ViewingCopyState.READY,
            progress=1.0,
            key=stored.key,
            version=stored.version,
            sha256=stored.sha256,
            bytes=stored.bytes,
            fault=note,
        )

    async def failed(self, run: ViewingCopy, fault: str) -> bool:
        """What is done so far is kept by the jobs: asked again, it goes on from there."""
        return await self._told(run, "failed", state=ViewingCopyState.FAILED, fault=fault)

    async def let_go(self, run: ViewingCopy) -> None:
        """Nobody renders it here any more: whoever looks next may. Raises Unavailable."""
        async with self._units.writing() as unit:
            await unit.leases.release(_claim(run.recording), self._worker)
            await unit.commit()

    async def _told(self, run: ViewingCopy, audit: str, *, state: ViewingCopyState, **changes: Any) -> bool:
        async with self._units.writing() as unit:
            present = await unit.viewing_copies.get(run.recording)
            if present is None or present.asked_utc_ns != run.asked_utc_ns or present.state not in COPY_UNDER_WAY:
                return False
            if not await self._claimed(unit, run.recording):
                return False
            told = self._stepped(present, state, **changes)
            await self._put(unit, told, SYSTEM.account, audit)
            await unit.commit()
        return True

    async def _claimed(self, unit: UnitOfWork, recording: RecordingId) -> bool:
        now = self._clock.utc()
        lease = await unit.leases.take(_claim(recording), self._worker, now, now + CLAIM_NS)
        return lease.owner == self._worker

    def _stepped(self, present: ViewingCopy, state: ViewingCopyState, **changes: Any) -> ViewingCopy:
        if state is not present.state:
            VIEWING_COPY.step(present.state, state)
        return msgspec.structs.replace(present, state=state, changed_utc_ns=self._clock.utc(), **changes)

    async def _put(self, unit: UnitOfWork, copy: ViewingCopy, account: AccountId, audit: str) -> None:
        """``audit``: what happened, empty for mere progress."""
        await unit.viewing_copies.put(copy)
        if audit:
            at, name = self._clock.utc(), f"recording {copy.recording}"
            await unit.audit.append(
                AuditEntry(at, account, str(Action.COPY_RECORDING), name, "done", f"{audit} {copy.fault}".strip())
            )


def _claim(recording: RecordingId) -> str:
    return f"copy {recording}"


def copies_of(recording: RecordingId) -> str:
    """Below which the copies of a recording are stored."""
    return f"copies/{recording}/"


def copy_key(run: ViewingCopy) -> str:
    """Where the copy of this run is stored."""
    return f"{copies_of(run.recording)}{run.asked_utc_ns}.mp4"
