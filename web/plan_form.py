"""Between a reception's plan and the form it is typed into: both ways, and two people's typing put together. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

import msgspec

from bridge.accounts import MAX_NAME
from bridge.ids import NS_PER_MS, AccountId, BridgePointId, CaseId, SeatId, is_guest
from bridge.model import GUEST_ROLES, OWN_DEVICE, AdmitRule, AgendaItem, Plan, ReceptionKind, Role, Seat
from bridge.plans import MAX_NOTE, MAX_PEOPLE, MAX_SEATS, MAX_TITLE
from web.forms import Form
from web.plan_rows import (
    AT_POINT,
    BESIDE_ACCOUNT,
    BESIDE_PERSON,
    EVERY_CASE,
    OWN,
    CaseRow,
    PersonRow,
    case_rows,
    fields_of,
    fresh_key,
    person_rows,
    with_rows,
)
from web.scheduling import CITIZENS_SIDE, SEAT_ROLES
from web.times import Times, at
from web.wire import CaseRequest, GuestRequest, PersonRequest, ReceptionRequest, SeatRequest

PUBLIC: Mapping[str, bool | None] = {"": None, "yes": True, "no": False}
"""Whether it stands on the office's public page; empty: as usual for its kind."""

_SEAT, _ROLE, _NAME, _CASES = "seat-", "role-", "name-", "cases-"
"""Fields of an account, before its id."""


def empty_plan(starts_utc_ns: int, times: Times, admit: AdmitRule) -> dict[str, str]:
    """Fields of a new one: a day and hour, one row for a case; people come in as is usual in the office."""
    when = _when(starts_utc_ns, times)
    return {**when, "kind": ReceptionKind.AD_HOC, "admit": admit, **fields_of([], [CaseRow("1")])}


def _when(starts_utc_ns: int, times: Times) -> dict[str, str]:
    starts = times.local(starts_utc_ns)
    return {"date": f"{starts:%Y-%m-%d}", "time": f"{starts:%H:%M}"}


# ── from a plan to the form ────────────────────────────────────────────────────────────────────────────────────


def fields_of_plan(plan: Plan, times: Times, received: int = 0) -> dict[str, str]:
    """Every field as the plan has it, without the first ``received`` cases, which cannot be edited any more."""
    cases = [CaseRow(str(place), item.title, item.case) for place, item in enumerate(plan.agenda[received:], start=1)]
    return {
        **_when(plan.starts_utc_ns, times),
        "title": plan.title,
        "kind": plan.kind,
        "public": "yes" if plan.public else "no",
        "note": plan.note,
        "admit": plan.admit,
        **_fields_of_accounts(plan, plan.agenda[received:]),
        **fields_of(_rows_of_people(plan, plan.agenda[received:]), cases),
    }


def _fields_of_accounts(plan: Plan, agenda: Sequence[AgendaItem]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for seat in plan.seats:
        if not is_guest(seat.account):
            texts = {_SEAT: "1", _ROLE: str(seat.role), _NAME: seat.name, _CASES: _cases_of(seat, agenda)}
            fields |= {f"{name}{seat.account}": text for name, text in texts.items()}
    return fields


def _rows_of_people(plan: Plan, agenda: Sequence[AgendaItem]) -> list[PersonRow]:
    rows: list[PersonRow] = []
    for seat in plan.seats:
        beside = f"{BESIDE_ACCOUNT}{seat.account}"
        if is_guest(seat.account):
            key = fresh_key(rows)
            where = OWN if seat.point == OWN_DEVICE else f"{AT_POINT}{seat.point}"
            rows.append(PersonRow(key, seat.name, str(seat.role), where, _cases_of(seat, agenda), seat.id))
            beside = f"{BESIDE_PERSON}{key}"
        for person in seat.people[1:]:
            rows.append(PersonRow(fresh_key(rows), person.name, str(person.role), beside))
    return rows


def _cases_of(seat: Seat, agenda: Sequence[AgendaItem]) -> str:
    """Numbers of the rows of the cases that concern the seat."""
    held = [str(place) for place, item in enumerate(agenda, start=1) if seat.id in item.seats]
    return EVERY_CASE if len(held) == len(agenda) or not held else "+".join(held)


# ── from the form to what is asked for ─────────────────────────────────────────────────────────────────────────


def asked_of(form: Form, zone: ZoneInfo) -> ReceptionRequest | None:
    """What the form asks for; None with every fault noted when it cannot be read."""
    starts = _starts(form, zone)
    people, cases = _people(form), _cases(form)
    seats, guests, keys = _seats(form, people), _guests(form, people), _guest_keys(people)
    if not 0 < len(form.text("title")) <= MAX_TITLE:
        form.wrong("title", limit=str(MAX_TITLE))
    if len(form.text("note")) > MAX_NOTE:
        form.wrong("note", limit=str(MAX_NOTE))
    if not 0 < len(seats) + len(guests) <= MAX_SEATS:
        form.wrong("seats", limit=str(MAX_SEATS))
    elif sum(seat.role is Role.CHAIR for seat in seats) != 1:
        form.wrong("chair")
    if form.faults:
        return None
    return ReceptionRequest(
        title=form.text("title"),
        starts_ms=starts,
        seats=seats,
        cases=_with_sides(form, cases, people, seats, keys),
        kind=_kind(form),
        guests=guests,
        public=PUBLIC.get(form.text("public")),
        note=form.text("note"),
        admit=_admit(form),
    )


def _admit(form: Form) -> AdmitRule:
    """By the office, unless the form says that the join lets people in."""
    return AdmitRule.ON_JOIN if form.text("admit") == AdmitRule.ON_JOIN else AdmitRule.BY_OFFICE


def _kind(form: Form) -> ReceptionKind:
    return next((kind for kind in ReceptionKind if kind == form.text("kind")), ReceptionKind.AD_HOC)


def _starts(form: Form, zone: ZoneInfo) -> int:
    """Ms since 1970 UTC; 0 with its fault noted."""
    found: dict[str, date | time] = {}
    for name, parse in (("date", date.fromisoformat), ("time", time.fromisoformat)):
        try:
            found[name] = parse(form.text(name))
        except ValueError:
            form.wrong(name)
    day, hour = found.get("date"), found.get("time")
    if not isinstance(day, date) or not isinstance(hour, time):
        return 0
    return at(zone, day, hour.replace(tzinfo=None)) // NS_PER_MS


def _people(form: Form) -> list[PersonRow]:
    """Rows with a name; one whose name was left empty asks for nothing."""
    rows = [row for row in person_rows(form) if row.name]
    for row in rows:
        if len(row.name) > MAX_NAME or not row.name.isprintable():
            form.wrong(f"person-{row.key}-name", like="name", limit=str(MAX_NAME))
    return rows


def _role(text: str, among: Sequence[Role], otherwise: Role) -> Role:
    return next((role for role in among if role == text), otherwise)


def _person(row: PersonRow) -> PersonRequest:
    return PersonRequest(row.name, _role(row.role, sorted(GUEST_ROLES), Role.CITIZEN))


def _beside(form: Form, people: Sequence[PersonRow], where: str, field: str) -> tuple[PersonRequest, ...]:
    found = tuple(_person(row) for row in people if row.where == where)
    if len(found) >= MAX_PEOPLE:
        form.wrong(field, like="people", limit=str(MAX_PEOPLE))
    return found


def ticked(form: Form) -> list[AccountId]:
    """The accounts that take part."""
    return [AccountId(name.removeprefix(_SEAT)) for name in form.values if name.startswith(_SEAT)]


def _seats(form: Form, people: Sequence[PersonRow]) -> tuple[SeatRequest, ...]:
    """One row of the form for each account: ``seat-{id}`` ticked, ``role-{id}``, ``name-{id}``, ``cases-{id}``."""
    seats = []
    for account in ticked(form):
        name = form.text(f"{_NAME}{account}")
        if len(name) > MAX_NAME:
            form.wrong(f"{_NAME}{account}", like="name", limit=str(MAX_NAME))
        beside = _beside(form, people, f"{BESIDE_ACCOUNT}{account}", f"{_NAME}{account}")
        role = _role(form.text(f"{_ROLE}{account}"), SEAT_ROLES, Role.OBSERVER)
        seats.append(SeatRequest(account, role, name, people=beside))
    return tuple(seats)


def _is_seat(row: PersonRow) -> bool:
    return row.where == OWN or row.where.startswith(AT_POINT)


def _guest_keys(people: Sequence[PersonRow]) -> list[str]:
    return [row.key for row in people if _is_seat(row)]


def _guests(form: Form, people: Sequence[PersonRow]) -> tuple[GuestRequest, ...]:
    """Everybody must sit somewhere: beside a row that is left out, or beside oneself, is nowhere."""
    keys, accounts = _guest_keys(people), ticked(form)
    places = {*(f"{BESIDE_PERSON}{key}" for key in keys), *(f"{BESIDE_ACCOUNT}{account}" for account in accounts)}
    for row in people:
        if not _is_seat(row) and row.where not in places:
            form.wrong(f"person-{row.key}-where", like="where")
    return tuple(
        GuestRequest(
            row.name,
            _person(row).role,
            BridgePointId(row.where.removeprefix(AT_POINT)) if row.where != OWN else None,
            _beside(form, people, f"{BESIDE_PERSON}{row.key}", f"person-{row.key}-where"),
            SeatId(row.seat) if row.seat else None,
        )
        for row in people
        if _is_seat(row)
    )


def refuse_own_devices(form: Form, now: Plan | None) -> None:
    """Where the office allows none; who had one before keeps it."""
    kept = {seat.id for seat in now.seats if seat.point == OWN_DEVICE} if now else set[SeatId]()
    for row in person_rows(form):
        if row.name and row.where == OWN and row.seat not in kept:
            form.wrong(f"person-{row.key}-where", like="own_device")


def _cases(form: Form) -> list[CaseRow]:
    rows = [row for row in case_rows(form) if row.title]
    for row in rows:
        if len(row.title) > MAX_TITLE:
            form.wrong(f"case-{row.key}-title", like="cases", limit=str(MAX_TITLE))
    return rows


def _with_sides(
    form: Form,
    cases: Sequence[CaseRow],
    people: Sequence[PersonRow],
    seats: Sequence[SeatRequest],
    guests: Sequence[str],
) -> tuple[CaseRequest, ...]:
    """Each case with whom it concerns, said only when somebody comes for some of them alone."""
    of_accounts = {seat.account: _wanted(form.text(f"{_CASES}{seat.account}"), cases) for seat in seats}
    of_guests = [_wanted(next(row.cases for row in people if row.key == key), cases) for key in guests]
    by_role = {seat.account for seat in seats if seat.role in CITIZENS_SIDE}
    everybody = all(not keys for keys in (*(of_accounts[one] for one in by_role), *of_guests))
    requests = []
    for row in cases:
        case = CaseId(row.case) if row.case else None
        if everybody:
            requests.append(CaseRequest(row.title, case=case))
            continue
        accounts = tuple(one for one, keys in of_accounts.items() if not keys or row.key in keys)
        places = tuple(place for place, keys in enumerate(of_guests) if not keys or row.key in keys)
        requests.append(CaseRequest(row.title, accounts, places, case))
    return tuple(requests)


def _wanted(text: str, cases: Sequence[CaseRow]) -> frozenset[str]:
    """Numbers of case rows that are still there; empty: every case."""
    return frozenset(text.split("+")) & {row.key for row in cases}


# ── when somebody else was quicker ─────────────────────────────────────────────────────────────────────────────


def put_together(form: Form, was: Plan, now: Plan, times: Times) -> Form:
    """The form as it was typed, with the seats and cases that others added meanwhile, so that sending it again does not
    remove them unseen."""
    before = {*(seat.id for seat in was.seats), *(item.case for item in was.agenda)}
    added = msgspec.structs.replace(
        now,
        seats=tuple(seat for seat in now.seats if seat.id not in before),
        agenda=tuple(item for item in now.agenda if item.case not in before),
    )
    theirs = Form(fields_of_plan(added, times))
    people, cases = person_rows(form), case_rows(form)
    cases += [
        msgspec.structs.replace(row, key=str(int(fresh_key(cases)) + place))
        for place, row in enumerate(case_rows(theirs))
    ]
    people += _renumbered(person_rows(theirs), int(fresh_key(people)) - 1)
    accounts = {name: text for name, text in theirs.values.items() if name.startswith((_SEAT, _ROLE, _NAME))}
    merged = with_rows(form, people, cases)
    return Form({**merged.values, **accounts}, merged.faults)


def _renumbered(rows: Sequence[PersonRow], above: int) -> list[PersonRow]:
    return [
        msgspec.structs.replace(
            row,
            key=str(int(row.key) + above),
            where=_shifted(row.where, above),
            cases=EVERY_CASE,
        )
        for row in rows
    ]


def _shifted(where: str, above: int) -> str:
    if not where.startswith(BESIDE_PERSON):
        return where
    return f"{BESIDE_PERSON}{int(where.removeprefix(BESIDE_PERSON)) + above}"


# ── the agenda alone, while it is under way ────────────────────────────────────────────────────────────────────


def agenda_asked(form: Form, plan: Plan, received: Sequence[AgendaItem], fresh: Sequence[CaseId]) -> Plan | None:
    """The plan with the cases of the form behind those that were received; a new one takes an id of ``fresh`` and
    concerns every citizen. None with the faults noted."""
    rows, held = _cases(form), {item.case: item for item in plan.agenda[len(received) :]}
    if len(form.text("note")) > MAX_NOTE:
        form.wrong("note", limit=str(MAX_NOTE))
    if form.faults:
        return None
    citizens = tuple(seat.id for seat in plan.seats if seat.role in CITIZENS_SIDE)
    ids, last = iter(fresh), received[-1].number if received else 0
    coming = []
    for number, row in enumerate(rows, start=last + 1):
        before = held.get(CaseId(row.case))
        case, seats = (before.case, before.seats) if before else (next(ids), citizens)
        coming.append(AgendaItem(number, case, row.title, seats))
    return msgspec.structs.replace(plan, agenda=(*received, *coming), note=form.text("note"))
