"""Setting up an installation: agencies, bridge points and accounts, for the pages, the import and ``diemcau user``.

Everything asks the policy table (:data:`bridge.policy.Action.SET_UP`) and leaves an audit entry in the same unit of
work. Whoever changes something says what they were shown; when the stored thing is another by now, nothing is changed.
"""

from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

import msgspec

from bridge.accounts import actor_of, checked_language, checked_login, checked_name
from bridge.clients import client_id
from bridge.errors import Conflict, Invalid, NotFound, NotPermitted
from bridge.finding import AccountFilter
from bridge.ids import AccountId, AgencyId, BridgePointId, ClientId, UtcNs
from bridge.makers import acting
from bridge.model import Account, Agency, BridgePoint, Level, Role
from bridge.organisation import Tree, check_agency, check_move, check_point, checked_place, tree_of
from bridge.policy import SYSTEM, Action, Actor, Concern, authorise, grantable
from bridge.ports import Clock, Entropy
from bridge.repeats import note
from bridge.repositories import AuditEntry, UnitOfWork, UnitsOfWork

Made = TypeVar("Made")


class PointText(msgspec.Struct, frozen=True):
    """What can be changed of a bridge point."""

    name: str
    place: str


class AccountText(msgspec.Struct, frozen=True):
    """What can be changed of an account. ``roles`` asked for: those that the actor may give, and no others."""

    name: str
    roles: frozenset[Role]
    language: str


def text_of(account: Account) -> AccountText:
    """As it is."""
    return AccountText(account.name, account.roles, account.language)


class NewAccount(msgspec.Struct, frozen=True):
    """An account to be made; ``point`` for a bridge point's own, whose agency it then has."""

    login: str
    name: str
    roles: frozenset[Role]
    agency: AgencyId
    point: BridgePointId | None
    password_hash: str


async def tree(unit: UnitOfWork) -> Tree:
    """The organisation as it is stored."""
    return tree_of(await unit.organisation.agencies(), await unit.organisation.points())


async def _present(unit: UnitOfWork, actor: Actor, known: Tree, now: UtcNs) -> Actor:
    if actor is SYSTEM:
        return actor
    of_client = client_id(actor.account)
    stored = await (_account(unit, actor.account) if of_client is None else _client(unit, of_client, now))
    return actor_of(stored, known.below(stored.agency))


async def _account(unit: UnitOfWork, account: AccountId) -> Account:
    try:
        stored = await unit.accounts.get(account)
    except NotFound as gone:
        raise NotPermitted(detail=f"{account} is gone") from gone
    if stored.disabled:
        raise NotPermitted(detail=f"{account} was disabled")
    return stored


async def _client(unit: UnitOfWork, of: ClientId, now: UtcNs) -> Account:
    account = await acting(unit, await unit.clients.get(of), now)
    if account is None:
        raise NotPermitted(detail=f"client {of} was revoked or ran out, or its maker is closed")
    return account


class SetUp:
    """What one actor changes within one unit of work; the caller commits."""

    def __init__(self, unit: UnitOfWork, actor: Actor, known: Tree, clock: Clock, entropy: Entropy) -> None:
        self.tree = known
        self.unit = unit
        self.actor = actor
        self.clock = clock
        self._entropy = entropy

    @classmethod
    async def begin(cls, unit: UnitOfWork, actor: Actor, clock: Clock, entropy: Entropy) -> Self:
        """With the organisation read, and the actor as they stand now: two administrators who take each other's rights
        at the same moment leave one of them. Raises NotPermitted for who sets up nothing at all."""
        known = await tree(unit)
        present = await _present(unit, actor, known, clock.utc())
        authorise(present, Action.SET_UP, Concern("organisation", None))
        return cls(unit, present, known, clock, entropy)

    def _follow(self, changed: Tree) -> None:
        """What was added below a moment ago is the actor's too."""
        self.tree = changed
        if self.actor is not SYSTEM:
            self.actor = msgspec.structs.replace(self.actor, below=changed.below(self.actor.agency))

    # ── agencies and points ────────────────────────────────────────────────────────────────────────────────────

    def agency(self, agency: AgencyId) -> Agency:
        """Raises NotFound, NotPermitted for one outside of the actor's own part of the tree."""
        if agency not in self.tree.agencies:
            raise NotFound(detail=f"agency {agency}")
        authorise(self.actor, Action.SET_UP, self.tree.concern(agency))
        return self.tree.agencies[agency]

    def point(self, point: BridgePointId) -> BridgePoint:
        """Raises NotFound, NotPermitted."""
        if point not in self.tree.points:
            raise NotFound(detail=f"bridge point {point}")
        found = self.tree.points[point]
        authorise(self.actor, Action.SET_UP, self.tree.concern(found.agency))
        return found

    async def add_agency(self, name: str, level: Level, parent: AgencyId | None) -> Agency:
        """A new one below ``parent``; only the system adds one at the top. Raises Invalid, NotFound, NotPermitted."""
        if parent is not None:
            self.agency(parent)
        elif self.actor is not SYSTEM:
            raise Invalid(field="parent")
        made = Agency(AgencyId(self._entropy.id()), checked_name(name), level, parent)
        check_agency(self.tree, made)
        await self.unit.organisation.add_agency(made)
        self._follow(self.tree.with_agency(made))
        await self.note("add_agency", f"agency {made.id}", made.name)
        return made

    async def rename_agency(self, agency: AgencyId, shown: str, name: str) -> None:
        """Raises Conflict(now) when its name is no longer the one that was ``shown``; Invalid, NotFound."""
        before = self.agency(agency)
        after = msgspec.structs.replace(before, name=checked_name(name))
        if after == before:
            return
        if before.name != shown:
            raise Conflict(detail=f"agency {agency}", now=before.name)
        check_agency(self.tree, after)
        await self.unit.organisation.replace_agency(after)
        self._follow(self.tree.with_agency(after))
        await self.note("rename_agency", f"agency {agency}", f"{before.name} → {after.name}")

    async def move_agency(self, agency: AgencyId, shown: AgencyId, parent: AgencyId) -> None:
        """Under another parent, with all below it; who looks down from there sees what is theirs from now on. All three
        must be of the actor's part of the tree. Raises Conflict(now) when it no longer stands where it was ``shown``;
        Invalid(parent), NotFound, NotPermitted."""
        before = self.agency(agency)
        if before.parent is None:
            raise Invalid(detail=f"{agency} stands at the top", field="parent")
        present, wanted = self.agency(before.parent), self.agency(parent)
        if present.id == wanted.id:
            return
        if present.id != shown:
            raise Conflict(detail=f"agency {agency}", now=present.name, now_parent=present.id)
        after = check_move(self.tree, before, wanted.id)
        await self.unit.organisation.replace_agency(after)
        self._follow(self.tree.with_agency(after))
        await self.note("move_agency", f"agency {agency}", f"{present.name} → {wanted.name}")

    async def add_point(self, agency: AgencyId, asked: PointText) -> BridgePoint:
        """A new one of the agency, at its level. Raises Invalid, NotFound, NotPermitted."""
        level = self.agency(agency).level
        name, place = checked_name(asked.name), checked_place(asked.place)
        made = BridgePoint(BridgePointId(self._entropy.id()), agency, name, level, place)
        check_point(self.tree, made)
        await self.unit.organisation.add_point(made)
        self.tree = self.tree.with_point(made)
        await self.note("add_point", f"bridge point {made.id}", made.name)
        return made

    async def change_point(self, point: BridgePointId, shown: PointText, asked: PointText) -> None:
        """Raises Conflict(now, now_place) when it is no longer as it was ``shown``; Invalid, NotFound."""
        before = self.point(point)
        after = msgspec.structs.replace(before, name=checked_name(asked.name), place=checked_place(asked.place))
        if after == before:
            return
        if PointText(before.name, before.place) != shown:
            raise Conflict(detail=f"bridge point {point}", now=before.name, now_place=before.place)
        check_point(self.tree, after)
        await self.unit.organisation.replace_point(after)
        self.tree = self.tree.with_point(after)
        told = f"{before.name}, {before.place} → {after.name}, {after.place}"
        await self.note("change_point", f"bridge point {point}", told)

    # ── accounts ───────────────────────────────────────────────────────────────────────────────────────────────

    async def account(self, account: AccountId) -> Account:
        """Raises NotFound, NotPermitted."""
        found = await self.unit.accounts.get(account)
        self.agency(found.agency)
        return found

    async def everybody(self) -> list[Account]:
        """Of the whole installation: a login is one account's everywhere."""
        return await self.unit.accounts.all()

    async def people(self) -> list[Account]:
        """Of the actor's own part of the tree, in order of login."""
        part = {agency.id for agency in self.tree.under(self.actor.agency)}
        return [account for account in await self.unit.accounts.all() if account.agency in part]

    def part(self, words: str = "") -> AccountFilter:
        """Accounts of the actor's own part of the tree, with these words in name or login."""
        return AccountFilter(frozenset(agency.id for agency in self.tree.under(self.actor.agency)), words)

    async def check_account(self, new: NewAccount) -> NewAccount:
        """As it would be made: names in their one spelling, the agency that of the point. Raises Invalid, NotFound."""
        agency = self.point(new.point).agency if new.point else self.agency(new.agency).id
        checked = msgspec.structs.replace(
            new, login=checked_login(new.login), name=checked_name(new.name), agency=agency
        )
        if not new.roles or not new.roles <= grantable(self.actor, at_point=new.point is not None):
            raise Invalid(detail="no role, or one that is not theirs to give", field="roles")
        if await self.unit.accounts.by_login(checked.login) is not None:
            raise Invalid(detail=f"{checked.login} exists", field="login", like="login_taken")
        await self._check_free(new.point)
        return checked

    async def add_account(self, new: NewAccount) -> Account:
        """Its password is to be changed at the first sign-in. Raises Invalid(login, name, roles, point), NotFound,
        NotPermitted."""
        checked = msgspec.structs.asdict(await self.check_account(new))
        made = Account(id=AccountId(self._entropy.id()), must_change_password=True, **checked)
        await self.unit.accounts.add(made)
        await self.note("add_account", f"account {made.id}", made.login)
        return made

    async def change_account(self, account: AccountId, shown: AccountText, asked: AccountText) -> None:
        """Its name, language and roles; roles that are not the actor's to give stay as they are. Raises Conflict(now,
        now_roles, now_language) when it is no longer as it was ``shown``; Invalid(name, roles, language), NotFound."""
        before = await self.account(account)
        given = grantable(self.actor, at_point=before.point is not None)
        kept = before.roles - given
        if not asked.roles | kept or not asked.roles <= given:
            raise Invalid(detail="no role, or one that is not theirs to give", field="roles")
        name, language = checked_name(asked.name), checked_language(asked.language)
        after = msgspec.structs.replace(before, name=name, language=language, roles=asked.roles | kept)
        if after == before:
            return
        if text_of(before) != shown:
            roles = " ".join(sorted(before.roles))
            raise Conflict(detail=f"account {account}", now=before.name, now_roles=roles, now_language=before.language)
        await self._check_administered(before, after, "roles")
        await self.unit.accounts.replace(after)
        await self.note("change_account", f"account {account}", _changed(before, after))

    async def set_disabled(self, account: AccountId, disabled: bool) -> None:
        """Its sessions end with it. Raises Invalid for the actor's own, NotFound, NotPermitted."""
        before = await self._other(account)
        if before.disabled == disabled:
            return
        if not disabled:
            await self._check_free(before.point)
        after = msgspec.structs.replace(before, disabled=disabled)
        await self._check_administered(before, after, "account")
        await self.unit.accounts.replace(after)
        await self._put_out(account)
        await self.note("disable_account" if disabled else "enable_account", f"account {account}", before.login)

    async def set_password(self, account: AccountId, password_hash: str) -> Account:
        """To be changed at the next sign-in; its sessions end. Raises Invalid for the actor's own, NotFound,
        NotPermitted."""
        before = await self._other(account)
        changed = msgspec.structs.replace(before, password_hash=password_hash, must_change_password=True)
        await self.unit.accounts.replace(changed)
        await self._put_out(account)
        await self.note("reset_password", f"account {account}", before.login)
        return before

    async def _put_out(self, account: AccountId) -> None:
        await self.unit.sessions.remove_of(account)
        await self.unit.sign_ins.remove_of(account)

    async def _other(self, account: AccountId) -> Account:
        found = await self.account(account)
        if account == self.actor.account:
            raise Invalid(detail="their own account", field="account", like="own_account")
        return found

    async def _check_administered(self, before: Account, after: Account, field: str) -> None:
        """Nobody puts themself out, and whatever is set up keeps somebody, there or above, who can change it."""
        if not _administers(before) or _administers(after):
            return
        if before.id == self.actor.account:
            raise Invalid(detail="their own right", field=field, like="own_administrator")
        reach = {before.agency, *self.tree.above(before.agency)}
        others = (one for one in await self.unit.accounts.all() if one.id != before.id and one.agency in reach)
        if not any(_administers(one) for one in others):
            raise Invalid(detail="the last administrator", field=field, like="last_administrator")

    async def _check_free(self, point: BridgePointId | None) -> None:
        """A bridge point has one open account: two would be two machines at one seat."""
        if point is None:
            return
        if any(one.point == point and not one.disabled for one in await self.unit.accounts.all()):
            raise Invalid(detail=f"{point} has an open account", field="point", like="point_taken")

    async def note(self, action: str, what: str, detail: str) -> None:
        """Into the audit, as done by the actor."""
        entry = AuditEntry(self.clock.utc(), self.actor.account, action, what, "done", detail)
        await self.unit.audit.append(entry)


def _administers(account: Account) -> bool:
    return Role.ADMINISTRATOR in account.roles and not account.disabled


def _changed(before: Account, after: Account) -> str:
    """For the audit: what is another, roles as what was given and taken."""
    told = [] if before.name == after.name else [f"{before.name} → {after.name}"]
    if before.language != after.language:
        told.append(f"{before.language} → {after.language}")
    given, taken = sorted(after.roles - before.roles), sorted(before.roles - after.roles)
    told += [f"+{role}" for role in given] + [f"-{role}" for role in taken]
    return f"{before.login}: {', '.join(told)}"


class SettingUp:
    """Runs one change in a unit of work of its own, and tells the audit of what was refused."""

    def __init__(self, units: UnitsOfWork, clock: Clock, entropy: Entropy) -> None:
        self.units = units
        self._clock = clock
        self._entropy = entropy

    async def look(self, actor: Actor, read: Callable[[SetUp], Awaitable[Made]]) -> Made:
        """``read`` changes nothing. Raises as :meth:`change`."""
        try:
            async with self.units.reading() as unit:
                return await read(await SetUp.begin(unit, actor, self._clock, self._entropy))
        except NotPermitted as refusal:
            await self._refused(actor, refusal)
            raise NotFound(detail=refusal.detail) from refusal

    async def change(self, actor: Actor, work: Callable[[SetUp], Awaitable[Made]]) -> Made:
        """All that ``work`` does, or nothing. What is not the actor's looks as if it were not there: NotFound."""
        try:
            async with self.units.writing() as unit:
                done = await work(await SetUp.begin(unit, actor, self._clock, self._entropy))
                await unit.commit()
                return done
        except NotPermitted as refusal:
            await self._refused(actor, refusal)
            raise NotFound(detail=refusal.detail) from refusal

    async def _refused(self, actor: Actor, refusal: NotPermitted) -> None:
        at = self._clock.utc()
        entry = AuditEntry(
            at, actor.account, str(Action.SET_UP), "organisation", f"refused:{refusal.code}", refusal.detail
        )
        async with self.units.writing() as unit:
            await note(unit, entry, actor.account, apart=refusal.detail)
            await unit.commit()
