"""Receptions as use cases: every command is authorised, decided, stored with its audit entry and published.

Media is not touched here: what moves media while a reception is under way is :mod:`bridge.live`.
"""

from collections.abc import Awaitable, Callable, Sequence

from bridge.commands import Command, ScheduleReception
from bridge.decisions import decide
from bridge.errors import Conflict, Refusal
from bridge.events import Event, ReceptionScheduled, Recorded
from bridge.evolution import evolve, rebuilt, scheduled
from bridge.ids import ReceptionId
from bridge.ledger import DONE, serialise_tie
from bridge.model import Plan, RecordingRow
from bridge.plans import check_plan
from bridge.policy import Action, Actor, Concern, authorise
from bridge.ports import Clock, Entropy, Notices
from bridge.reception import Reception
from bridge.repeats import note
from bridge.repositories import AuditEntry, UnitOfWork, UnitsOfWork

STORED = "reception.events"
"""Outbox and notice kind: events of a reception were stored."""

_TRIES = 3

Beside = Callable[[UnitOfWork, Reception], Awaitable[None]]
"""What is written in the same transaction, given the state after the events."""


class ReceptionService:
    """Schedules, changes and reads receptions."""

    def __init__(self, units: UnitsOfWork, clock: Clock, entropy: Entropy, notices: Notices) -> None:
        self._units = units
        self._clock = clock
        self._entropy = entropy
        self._notices = notices

    async def schedule(self, actor: Actor, command: ScheduleReception, beside: Beside | None = None) -> Reception:
        """A new planned reception. Raises NotPermitted, Invalid."""
        check_plan(_plan_of(command))
        reception = ReceptionId(self._entropy.id())
        authorise(actor, Action.SCHEDULE, Concern(f"reception {reception}", command.agency))
        event = ReceptionScheduled(
            reception,
            command.title.strip(),
            command.agency,
            command.office,
            command.kind,
            command.starts_utc_ns,
            command.seats,
            command.agenda,
            command.admit,
            command.public,
            command.note,
        )
        recorded = Recorded(reception, 1, self._clock.utc(), actor.account, event)
        state = scheduled(recorded)
        await self._store(actor, Action.SCHEDULE, state, [recorded], beside=beside)
        return state

    async def load(self, actor: Actor, reception: ReceptionId) -> Reception:
        """The present state. Raises NotFound also for who may not see it."""
        state = await self.present(reception)
        authorise(actor, Action.SEE_RECEPTION, state.concern)
        return state

    async def present(self, reception: ReceptionId) -> Reception:
        """The present state, for callers that ask the policy themselves."""
        async with self._units.asking() as unit:
            return rebuilt(await unit.receptions.history(reception))

    async def history(self, reception: ReceptionId) -> list[Recorded]:
        """Every event of a reception, in order."""
        async with self._units.asking() as unit:
            return await unit.receptions.history(reception)

    async def execute(
        self, actor: Actor, reception: ReceptionId, command: Command, beside: Beside | None = None
    ) -> Reception:
        """Decide on the present state and store what it means; tried again when somebody else was quicker."""
        for _ in range(_TRIES):
            state = await self.present(reception)
            try:
                events = decide(state, actor, command)
                return await self.append(actor, type(command).__name__, state, events, beside=beside)
            except Conflict:
                continue
            except Refusal as refusal:
                await self.refused(actor, type(command).__name__, state, refusal)
                raise
        raise Conflict(detail=f"{type(command).__name__} on reception {reception}")

    async def append(
        self,
        actor: Actor,
        action: str,
        state: Reception,
        events: Sequence[Event],
        at_utc_ns: int | None = None,
        recording: RecordingRow | None = None,
        beside: Beside | None = None,
    ) -> Reception:
        """``state`` after ``events``, stored, with the recording's row in the same transaction when one is given.

        ``at_utc_ns``: when they happened, where that is not now. Raises Conflict when ``state`` is not the
        last version.
        """
        at = self._clock.utc() if at_utc_ns is None else at_utc_ns
        recorded = []
        for event in events:
            recorded.append(Recorded(state.id, state.version + 1, at, actor.account, event))
            state = evolve(state, recorded[-1])
        if recorded:
            await self._store(actor, action, state, recorded, recording, beside)
        return state

    async def refused(self, actor: Actor, action: str, state: Reception, refusal: Refusal) -> None:
        """A refusal is told to the audit too."""
        entry = self._entry(actor, action, state, f"refused:{refusal.code}", refusal.detail)
        async with self._units.writing() as unit:
            await note(unit, entry, actor.account)
            await unit.commit()

    async def _store(
        self,
        actor: Actor,
        action: str,
        state: Reception,
        recorded: Sequence[Recorded],
        recording: RecordingRow | None = None,
        beside: Beside | None = None,
    ) -> None:
        names = ",".join(type(one.event).__name__ for one in recorded)
        async with self._units.writing() as unit:
            await unit.receptions.append(recorded, state.row)
            if recording is not None:
                await unit.recordings.put(recording)
            if beside is not None:
                await beside(unit, state)
            await unit.audit.append(self._entry(actor, action, state, DONE, serialise_tie(recorded)))
            await unit.outbox.add(STORED, state.id, names, recorded[-1].at_utc_ns)
            await unit.commit()
        self._notices.publish(state.id, STORED, {"version": str(state.version), "events": names})

    def _entry(self, actor: Actor, action: str, state: Reception, outcome: str, detail: str) -> AuditEntry:
        return AuditEntry(self._clock.utc(), actor.account, str(action), f"reception {state.id}", outcome, detail)


def _plan_of(command: ScheduleReception) -> Plan:
    return Plan(
        command.title.strip(),
        command.kind,
        command.starts_utc_ns,
        command.seats,
        command.agenda,
        command.public,
        command.note,
    )
