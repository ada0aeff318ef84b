"""Use cases that move media: place, start, interrupt, resume and close a reception's room.

Over ports only. The caller owns the room and gives a :class:`Commits`; it runs one of these at a time, while what acts
at once (mute, floor) goes on beside. Every refusal leaves node and recorder as they were before.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

import msgspec

from bridge import commands as c
from bridge.control import TapOrder
from bridge.decisions import check_start, decide, decide_close, decide_start
from bridge.disk import before_start, in_gigabytes
from bridge.errors import Code, Conflict, NotFound, Refusal, Unavailable
from bridge.events import Event, RoomPlaced
from bridge.ids import NS_PER_S, NodeId, ParticipantId, RecorderId, RecordingId, room_of
from bridge.media import Moment
from bridge.model import Level, RecordingRow, Role, place_of
from bridge.node_room import NodeRoom
from bridge.policy import SYSTEM, Actor
from bridge.ports import Entropy, MediaNode, RecorderNode
from bridge.reception import Reception
from bridge.recorder_control import ArmOrder, RecorderHealth
from bridge.rules import may_start
from bridge.sessionclock import SessionClock
from bridge.states import BEFORE_LIVE, UNDER_WAY, ReceptionState, RecordingState

RETAIN_S = 365 * 86_400
"""Provisional lock of what the recorder stores; sealing lengthens it to the retention of the case."""

CLOSE = "CloseReception"
"""The audit's word for it."""


class Commits(Protocol):
    """The room's memory and the way into storage. ``present`` is the state now, ahead of what is stored."""

    @property
    def present(self) -> Reception: ...

    async def ready(self) -> None:
        """Everything before is stored and the database takes more. Raises Unavailable(storage_unavailable)."""
        ...

    async def commit(
        self,
        actor: Actor,
        action: str,
        events: Sequence[Event],
        at_utc_ns: int | None = None,
        recording: RecordingRow | None = None,
    ) -> None:
        """Stored, then taken into ``present``. Nothing happened when it raises."""
        ...

    async def commit_or_keep(
        self, actor: Actor, action: str, events: Sequence[Event], at_utc_ns: int, recording: RecordingRow | None
    ) -> None:
        """As :meth:`commit`, for what has happened outside already: when the database has gone away since it was
        :meth:`ready`, it is kept on this machine's disk, taken into ``present`` and stored later."""
        ...

    async def intend(self, actor: Actor, recording: RecordingRow) -> None:
        """Kept on this machine's disk, so that a process that is killed before it committed leaves no recording that
        nobody names. Raises Unavailable."""
        ...

    async def intend_close(
        self, actor: Actor, closing: Sequence[Event], at_utc_ns: int, recording: RecordingRow | None
    ) -> None:
        """As :meth:`intend`, so that a recording that was stopped is of a reception that is closed. A disk that does
        not take it keeps nobody from ending a reception."""
        ...

    async def intent_ended(self) -> None:
        """It was committed, or there is nothing of it any more."""
        ...


class LiveSettings(msgspec.Struct, frozen=True):
    """``retain_s``: provisional lock of the recorder's objects; ``planned_minutes``: how long a session is to fit on
    the recorder's disks; ``loudest``: :attr:`bridge.control.RoomOrder.loudest`."""

    retain_s: int = RETAIN_S
    planned_minutes: float = 120
    loudest: int = 0


def recording_row(
    reception: Reception, recording: RecordingId, began_utc_ns: int, ended: Moment | None
) -> RecordingRow:
    """The archive's row of a recording that is being written (sealing goes on from there)."""
    return RecordingRow(
        id=recording,
        reception=reception.id,
        agency=reception.agency,
        title=reception.title,
        state=RecordingState.WRITING,
        prefix=prefix_of(recording),
        began_utc_ns=began_utc_ns,
        ended_utc_ns=ended.utc_ns if ended else None,
        recorder=reception.recorder or "",
        points=len({place_of(seat) for seat in reception.seats.values()}),
    )


def _ended_row(reception: Reception, ended: Moment) -> RecordingRow | None:
    if reception.recording is None:
        return None
    began = reception.began.utc_ns if reception.began else ended.utc_ns
    return recording_row(reception, reception.recording, began, ended)


def prefix_of(recording: RecordingId) -> str:
    """Where a recording's objects lie in the store."""
    return f"recordings/{recording}/"


def probe_of(reception: Reception, command: c.StartReception) -> tuple[ParticipantId, ...]:
    """On whom the recorder proves itself: the central point, or everybody else when the chair starts without it.

    Raises Refusal(central_point_silent) when nobody is there.
    """
    central = {
        seat.point
        for seat in reception.seats.values()
        if reception.role_at(seat.id) is Role.CHAIR or seat.level is Level.CENTRAL
    }
    probed = tuple(
        someone.id
        for someone in reception.participants.values()
        if someone.connected and (reception.seats[someone.seat].point in central) is not command.without_centre
    )
    if not probed:
        raise Refusal(Code.CENTRAL_POINT_SILENT, "nobody to prove the recorder on")
    return probed


class LiveReception:
    """One reception's room on its node and recorder."""

    def __init__(
        self,
        commits: Commits,
        node: MediaNode,
        recorder: RecorderNode,
        clock: SessionClock,
        entropy: Entropy,
        settings: LiveSettings,
        turn: AbstractAsyncContextManager[object],
    ) -> None:
        self._commits = commits
        self._node = node
        self._recorder = recorder
        self._clock = clock
        self._entropy = entropy
        self._settings = settings
        self._stopped: Moment | None = None
        self._begun: RecordingId | None = None
        """Armed, and not named by the reception (yet)."""
        self.room = NodeRoom(node, room_of(commits.present.id), turn, settings.loudest)

    async def place(self, node: NodeId, recorder: RecorderId) -> None:
        """Name node and recorder, and make the room there. Raises Unavailable."""
        await self._node.health()
        present = self._commits.present
        if (present.node, present.recorder) != (node, recorder):
            await self._commits.commit(SYSTEM, "PlaceRoom", [RoomPlaced(node, recorder)])
        await self.room.settle(self._commits.present)
        if self._commits.present.state in BEFORE_LIVE and self._begun is None:
            await self._node.delete_tap(self.room.id)  # of a start that a killed process left half done

    def was_begun(self, recording: RecordingId) -> None:
        """By a process that was killed before it could say so: to be taken back."""
        self._begun = recording

    async def start(self, actor: Actor, command: c.StartReception) -> None:
        """Live, once the recorder has proved that it writes (gate 2).

        Raises Refusal(central_point_silent | recorder_not_writing | disk_short), Unavailable(recorder_unavailable |
        node_unavailable | storage_unavailable); node and recorder are then as before. A database that goes away after
        START takes nothing back: the reception is live and stored later.
        """
        check_start(self._commits.present, actor, command)
        probe = probe_of(self._commits.present, command)
        await self.take_back()
        await self._commits.ready()
        recording = RecordingId(self._entropy.id())
        try:
            moment = await self._record(actor, recording, probe)
            events = decide_start(self._commits.present, actor, command, recording, moment)
            row = recording_row(self._commits.present, recording, moment.utc_ns, None)
            await self._commits.commit_or_keep(actor, "StartReception", events, moment.utc_ns, row)
        except BaseException as failure:
            await self._undo_start(failure)
            raise
        self._begun = None
        await self._commits.intent_ended()

    async def _record(self, actor: Actor, recording: RecordingId, probe: tuple[ParticipantId, ...]) -> Moment:
        room = self.room.id
        health = await self._recorder.health()
        self._check_disks(health)
        await self._commits.intend(actor, recording_row(self._commits.present, recording, self._clock.utc(), None))
        self._begun = recording
        until = self._clock.utc() + self._settings.retain_s * NS_PER_S
        await self._recorder.arm(recording, ArmOrder(room, prefix_of(recording), until))
        await self._node.put_tap(room, TapOrder(recording, health.tap_address, False, probe))
        await self._recorder.prove(recording)
        asked = self._clock.mono()
        answer = await self._node.put_tap(room, TapOrder(recording, health.tap_address, True))
        self._clock.begin(answer.moment, asked)
        await self._recorder.started(recording)
        return answer.moment

    def _check_disks(self, health: RecorderHealth) -> None:
        minutes = self._settings.planned_minutes
        look = before_start(health.disks, minutes, len(self._commits.present.seats), health.bits_per_s)
        if (why_not := may_start(look)) is not None:
            raise Refusal(
                why_not,
                f"{look.free_bytes} bytes free, {look.wanted_bytes} wanted",
                free=in_gigabytes(look.free_bytes),
                wanted=in_gigabytes(look.wanted_bytes),
                minutes=f"{minutes:.0f}",
            )

    async def _undo_start(self, failure: BaseException) -> None:
        """What cannot be undone now is noted on the failure, which goes to the log, and done by :meth:`take_back`."""
        self._clock.forget()
        try:
            await self.take_back()
        except Refusal as refusal:
            failure.add_note(f"recording {self._begun} not taken back: {refusal}")

    async def take_back(self) -> None:
        """Whatever is left of a start that did not become one. First the recorder, which after STOP would store what
        nobody will name. Raises Unavailable, to be repeated; Conflict when it has begun for too long."""
        if self._begun is None:
            return
        kept: Conflict | None = None
        try:
            await self._recorder.disarm(self._begun)
        except NotFound:
            pass
        except Conflict as refusal:
            kept = Conflict(refusal.code, f"recording {self._begun} stays without a reception: {refusal.detail}")
        if self._commits.present.state not in UNDER_WAY:
            with suppress(NotFound):
                await self._node.delete_tap(self.room.id)
        self._begun = None
        await self._commits.intent_ended()
        if kept is not None:
            raise kept

    async def interrupt(self, actor: Actor, command: c.InterruptReception) -> None:
        """Media stops first, so that nothing is said unrecorded of which the record says it was interrupted."""
        events = decide(self._commits.present, actor, command)
        await self._commits.ready()
        try:
            await self._hold()
            await self._commits.commit(actor, "InterruptReception", events)
        finally:
            self.room.release()

    async def _hold(self) -> None:
        try:
            await self.room.hold()
        except Unavailable:
            # A node that does not answer cannot be asked to hold; it will be as soon as it is back, and the reception
            # must not go on because of that.
            return

    async def resume(self, actor: Actor, command: c.ResumeReception) -> None:
        """Stored, then media flows again."""
        await self._commits.commit(actor, "ResumeReception", decide(self._commits.present, actor, command))

    async def close(self, actor: Actor, command: c.CloseReception) -> RecordingId | None:
        """The recording stops, then the reception is closed at that moment, also when the database goes away or this
        process is killed between: nobody talks on unrecorded. Answers the recording to be finished."""
        present = self._commits.present
        intended = self._stopped or self._moment(present)
        closing = decide_close(present, actor, command, intended)[-1:]
        await self._commits.ready()
        await self._commits.intend_close(actor, closing, intended.utc_ns, _ended_row(present, intended))
        moment = self._stopped or await self._stop(present)
        self._stopped = moment  # asked again after a failing database, the recording has already stopped
        present = self._commits.present
        events = decide_close(present, actor, command, moment)
        await self._commits.commit_or_keep(actor, CLOSE, events, moment.utc_ns, _ended_row(present, moment))
        return present.recording

    async def closed(self) -> None:
        """The end is stored or kept and everybody told (who asked for it must not wait for a disk)."""
        if self._commits.present.state is ReceptionState.CLOSED:
            await self._commits.intent_ended()

    async def _stop(self, reception: Reception) -> Moment:
        try:
            stopped = (await self._node.delete_tap(self.room.id)).moment
        except Refusal:
            # The node is gone or restarted without the tap: nothing more is recorded, and a reception can be ended.
            return self._moment(reception)
        # Of the node's clocks only the monotonic one is believed: the other may have been set since START.
        return Moment(stopped.mono_ns, self._clock.utc())

    def _moment(self, reception: Reception) -> Moment:
        """Now, by the recording's time alone."""
        utc = self._clock.utc()
        began = reception.began or Moment(0, utc)
        return Moment(began.mono_ns + max(0, utc - began.utc_ns), utc)

    async def finish(self, recording: RecordingId) -> None:
        """Ask the recorder to store its last segments and journal. Nothing depends on it: sealing looks by itself."""
        await self._recorder.finished(recording)

    async def record_again(self) -> None:
        """The node began anew: while under way the recording goes on as another part. Raises Unavailable."""
        present = self._commits.present
        if present.state in UNDER_WAY and present.recording:
            address = (await self._recorder.health()).tap_address
            await self._node.put_tap(self.room.id, TapOrder(present.recording, address, True))

    async def remove(self) -> None:
        """The room's end on its node."""
        await self.room.remove()
