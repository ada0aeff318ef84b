"""Refusals in the audit: the first of its kind at once, those after it as one count a minute, so that nobody can fill
the audit by trying again and again, nor by trying one thing after another."""

import msgspec

from bridge.ids import NS_PER_S
from bridge.ports import Clock
from bridge.repositories import AuditEntry, UnitOfWork, UnitsOfWork
from bridge.trying_rows import Repeated

WINDOW_NS = 60 * NS_PER_S

KINDS_OF_ONE = 20
"""Different refusals of one source in a minute, each with an entry of its own; nobody mistakes so many addresses."""

KINDS_IN_ALL = 200
"""The same of everybody together: whoever comes from a thousand addresses fills the audit no faster."""

MANY = "many things"
"""What is named instead of each beyond that."""


async def note(unit: UnitOfWork, entry: AuditEntry, source: str, apart: str = "") -> None:
    """Tells the audit of a refusal. ``source``: the account, or the address of who has none; ``apart``: what else tells
    this kind from others, where neither actor nor object does."""
    await tell_counts(unit, entry.at_utc_ns)
    key, entry, source = await _narrowed(unit, entry, source, apart)
    known = await unit.repeats.get(key)
    if known is not None:
        await unit.repeats.put(msgspec.structs.replace(known, again=known.again + 1, detail=entry.detail))
        return
    await unit.audit.append(entry)
    await unit.repeats.put(
        Repeated(key, source, entry.at_utc_ns, 0, entry.actor, entry.action, entry.object, entry.outcome, entry.detail)
    )


def _key(entry: AuditEntry, source: str, apart: str = "") -> str:
    return "\n".join((source, entry.actor, entry.action, entry.object, entry.outcome, apart))


async def _narrowed(unit: UnitOfWork, entry: AuditEntry, source: str, apart: str) -> tuple[str, AuditEntry, str]:
    """Key, entry and source of it, or of the many that it is one of by now."""
    key = _key(entry, source, apart)
    if await unit.repeats.get(key) is not None:
        return key, entry, source
    several = msgspec.structs.replace(entry, object=MANY, detail=f"from {source}")
    if await unit.repeats.count() >= KINDS_IN_ALL:
        nobodys = msgspec.structs.replace(several, actor="", detail="")
        return _key(nobodys, ""), nobodys, ""
    if await unit.repeats.count(source) >= KINDS_OF_ONE:
        return _key(several, source), several, source
    return key, entry, source


async def tell_counts(unit: UnitOfWork, now_utc_ns: int) -> int:
    """Those whose minute is over, with how often they came again. A clock that was set back ends a minute too. How many
    entries were written."""
    told = 0
    for one in await unit.repeats.outside(now_utc_ns - WINDOW_NS, now_utc_ns):
        if one.again:
            detail = f"{one.again} more in a minute, the last: {one.detail}"
            await unit.audit.append(AuditEntry(now_utc_ns, one.actor, one.action, one.object, one.outcome, detail))
            told += 1
        await unit.repeats.remove(one.key)
    return told


class RepeatTeller:
    """Tells the counts also when nobody tries any more."""

    def __init__(self, units: UnitsOfWork, clock: Clock) -> None:
        self._units = units
        self._clock = clock

    async def tell(self) -> int:
        """How many entries were written. Reads alone while there is nothing to tell."""
        now = self._clock.utc()
        async with self._units.reading() as unit:
            if not await unit.repeats.outside(now - WINDOW_NS, now):
                return 0
        async with self._units.writing() as unit:
            told = await tell_counts(unit, now)
            await unit.commit()
        return told
