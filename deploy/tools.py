"""The commands around the processes: verify, database, accounts."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bridge.accounts import PASSWORD_BYTES, checked_login
from bridge.auditing import AuditReport, check_audit, check_database
from bridge.errors import Conflict, Invalid, NotFound
from bridge.ids import AgencyId
from bridge.model import Account, Level, Role
from bridge.organisation import same_name
from bridge.policy import SYSTEM
from bridge.repositories import AuditEntry, UnitOfWork
from bridge.setup import NewAccount, SetUp
from bridge.signing import Trust
from bridge.verification import Judge, Verification
from deploy.configuration import Configuration, ConfigurationFault
from deploy.firstlink import new_first_link
from deploy.folder import prepare
from deploy.keys import known_keys
from deploy.machines import machine_lines
from deploy.stores import migrated, opened, storage_config
from deploy.time import SystemClock, SystemEntropy
from deploy.verify import (
    as_json,
    exit_code,
    looks_like_id,
    progress_of,
    report,
    store_and_prefix,
    verify_by_id,
    verify_exported,
    verify_prefix,
)
from storage.bag.checking import looks_like_bag
from storage.build import StorageConfig, build
from storage.copying import copy as copy_database
from storage.schema import SchemaRefused
from storage.signing.checker import Signatures
from web.passwords import Argon2Passwords


async def verify(configuration: Configuration, what: str, trust: Trust | None, json: bool, console: Console) -> int:
    """0 when every byte is as sealed, and by whom the verifier trusts; otherwise see :func:`exit_code`."""
    result = await (_verify_id if looks_like_id(what) else _verify_path)(configuration, what, trust, console, json)
    console.print(as_json(result) if json else report(result), markup=False, soft_wrap=True)
    return exit_code(result)


async def _verify_id(
    configuration: Configuration, what: str, trust: Trust | None, console: Console, quiet: bool
) -> Verification:
    """Without other trust, the installation's own keys are what it must be signed by."""
    folder = prepare(configuration)
    async with opened(configuration, folder) as storage:
        judge = Judge(Signatures(), trust or await known_keys(configuration, folder, storage.units).trust())
        with console.status("…") as status:
            return await verify_by_id(storage.units, storage.objects, judge, what, _teller(status.update, quiet))


async def _verify_path(_: Configuration, what: str, trust: Trust | None, console: Console, quiet: bool) -> Verification:
    judge = Judge(Signatures(), trust)
    if looks_like_bag(Path(what)):
        with console.status("…") as status:
            return await verify_exported(Path(what), judge, _teller(status.update, quiet))
    folder, prefix = store_and_prefix(Path(what))
    storage = build(StorageConfig("sqlite+aiosqlite:///:memory:", folder), SystemClock())
    try:
        with console.status("…") as status:
            return await verify_prefix(storage.objects, judge, prefix, _teller(status.update, quiet))
    finally:
        await storage.close()


def _teller(update: Callable[[str], None], quiet: bool) -> Callable[[int, int], None]:
    def tell(checked: int, total: int) -> None:
        if not quiet:
            update(f"{checked * 100 // max(total, 1)} %")

    return tell


async def migrate(configuration: Configuration, console: Console) -> None:
    """To this programme's version. Of several machines the first one has all its secrets afterwards, to be copied."""
    folder = prepare(configuration)
    machine_lines(configuration, folder)
    console.print(f"database has version {await migrated(configuration, folder)}")


async def check(configuration: Configuration, console: Console) -> int:
    """0 when the version fits, the audit chain holds, and events and recordings are as it says."""
    async with opened(configuration, prepare(configuration)) as storage:
        report = await check_database(storage.units)
    console.print("version fits")
    return _told(report, console)


async def verify_audit(configuration: Configuration, console: Console) -> int:
    """0 when all that :func:`check` looks at holds and every sealed manifest stands in the chain."""
    async with opened(configuration, prepare(configuration)) as storage:
        with console.status("…") as status:
            progress = progress_of(_teller(status.update, quiet=False))
            report = await check_audit(storage.units, storage.objects, progress)
    return _told(report, console)


def _told(report: AuditReport, console: Console) -> int:
    for fault in report.faults:
        console.print(fault, markup=False, soft_wrap=True)
    counted = f"{report.entries} audit entries, {report.events} events, {report.recordings} recordings"
    console.print(f"{counted}, {len(report.faults)} fault(s)", soft_wrap=True)
    console.print(f"head {report.head or '(none)'}", soft_wrap=True)
    return 1 if report.faults else 0


async def copy(configuration: Configuration, target: str, console: Console) -> None:
    """The whole database into another; its rows are counted on both sides."""
    source = storage_config(configuration, prepare(configuration)).database_url
    try:
        rows = await asyncio.to_thread(copy_database, source, target)
    except (SchemaRefused, ValueError) as refused:
        raise ConfigurationFault(str(refused)) from refused
    console.print(f"{sum(rows.values())} rows copied; set database_url to use the copy")


async def add_user(
    configuration: Configuration, login: str, name: str, roles: Sequence[str], agency: str, console: Console
) -> None:
    """Prints the new password once."""
    entropy = SystemEntropy()
    password = entropy.token(PASSWORD_BYTES)
    async with opened(configuration, prepare(configuration)) as storage, storage.units.writing() as unit:
        setup = await SetUp.begin(unit, SYSTEM, SystemClock(), entropy)
        office = await _agency(setup, agency)
        stored = Argon2Passwords(entropy).hash(password)
        account = await setup.add_account(NewAccount(login, name, _roles(roles), office, None, stored))
        await unit.commit()
    console.print(f"{account.login}  {password}", markup=False)


async def reset_password(configuration: Configuration, login: str, console: Console) -> None:
    """Prints the new password once; it must be changed at the next sign-in. Every session of the account ends."""
    entropy = SystemEntropy()
    password = entropy.token(PASSWORD_BYTES)
    async with opened(configuration, prepare(configuration)) as storage, storage.units.writing() as unit:
        account = await _known(unit, login)
        setup = await SetUp.begin(unit, SYSTEM, SystemClock(), entropy)
        await setup.set_password(account.id, Argon2Passwords(entropy).hash(password))
        await unit.commit()
    console.print(f"{account.login}  {password}", markup=False)


async def first_link(configuration: Configuration, console: Console) -> None:
    """Prints it once; the one before no longer holds."""
    async with opened(configuration, prepare(configuration)) as storage:
        link = await new_first_link(configuration, storage)
    if not link:
        raise Conflict(detail="somebody has an account already: diemcau user list")
    console.print(link, markup=False, soft_wrap=True)


async def totp_off(configuration: Configuration, login: str, console: Console) -> None:
    """For who lost the device: sign-in asks no code any more. Sessions stay: they were opened with it."""
    async with opened(configuration, prepare(configuration)) as storage, storage.units.writing() as unit:
        account = await _known(unit, login)
        if not await unit.second_factors.remove(account.id):
            raise NotFound(detail=f"{account.login} has no second factor")
        at = SystemClock().utc()
        entry = AuditEntry(at, SYSTEM.account, "totp_off", f"account {account.id}", "done", account.login)
        await unit.audit.append(entry)
        await unit.commit()
    console.print(f"{account.login}: signs in with the password alone", markup=False)


async def _known(unit: UnitOfWork, login: str) -> Account:
    account = await unit.accounts.by_login(checked_login(login))
    if account is None:
        raise NotFound(detail=f"no account {login}")
    return account


async def list_users(configuration: Configuration, console: Console) -> None:
    """Every account with its roles."""
    async with opened(configuration, prepare(configuration)) as storage, storage.units.reading() as unit:
        accounts = await unit.accounts.all()
    table = Table("login", "name", "roles", "state")
    for account in accounts:
        table.add_row(
            account.login, account.name, ", ".join(sorted(account.roles)), "disabled" if account.disabled else ""
        )
    console.print(table)


def _roles(names: Sequence[str]) -> frozenset[Role]:
    try:
        return frozenset(Role(name) for name in names)
    except ValueError as error:
        raise Invalid(detail=f"{error}; roles are {', '.join(Role)}", field="role") from error


async def _agency(setup: SetUp, name: str) -> AgencyId:
    """The agency of this name, made at the top when it is new."""
    known = next((agency for agency in setup.tree.agencies.values() if same_name(agency.name) == same_name(name)), None)
    return (known or await setup.add_agency(name, Level.CENTRAL, None)).id
