"""Two machines of one installation, first started at the same moment: one fills it, the other finds it filled."""

import asyncio
import threading

from bridge.receptions import ReceptionService
from deploy.first_start import FirstStart
from deploy.time import SystemClock, SystemEntropy
from signaling.notices import InProcessNotices
from storage import schema
from storage.engine import Database
from storage.unit import SqlUnits
from tests.support.pages import QuickPasswords
from tests.support.postgres import Postgres


class MeetingPasswords(QuickPasswords):
    """Made by each machine once it has seen that nobody has an account: nobody goes on before all have."""

    def __init__(self, met: threading.Barrier) -> None:
        super().__init__()
        self._met: threading.Barrier | None = met

    def hash(self, password: str) -> str:
        met, self._met = self._met, None
        if met is not None:
            met.wait(30)
        return super().hash(password)


async def started(database_url: str, met: threading.Barrier) -> list[str]:
    """The logins that this machine made."""
    clock, entropy = SystemClock(), SystemEntropy()
    database = Database(database_url)
    units = SqlUnits(database)
    try:
        first = FirstStart(units, MeetingPasswords(met), clock, entropy)
        made = await first.run(ReceptionService(units, clock, entropy, InProcessNotices()))
        return [account.login for account in made]
    finally:
        await database.close()


async def test_the_second_finds_what_the_first_made(postgres: Postgres, migrated_postgres: str) -> None:
    url, met = postgres.create(migrated_postgres), threading.Barrier(2)
    made = await asyncio.gather(*(asyncio.to_thread(asyncio.run, started(url, met)) for _ in range(2)))
    assert sorted(map(len, made)) == [0, 6]
    database = Database(url)
    async with SqlUnits(database).reading() as unit:
        assert len(await unit.accounts.all()) == 6
        assert len(await unit.organisation.agencies()) == 3
    await database.close()


async def test_machines_that_start_together_migrate_once(postgres: Postgres) -> None:
    url = postgres.create()
    versions = await asyncio.gather(*(asyncio.to_thread(schema.migrate, url) for _ in range(4)))
    assert versions == [schema.expected()] * 4
