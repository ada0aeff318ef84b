"""``diemcau user``: what administrators do for others."""

from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from bridge.accounts import new_session
from bridge.errors import NotFound
from bridge.ids import UtcNs
from bridge.model import Account, SecondFactor
from deploy import tools
from deploy.configuration import Configuration
from deploy.folder import prepare
from deploy.stores import migrated, opened
from storage.build import Storage
from tests.support.product_tools import diemcau


@pytest.fixture
async def configuration(tmp_path: Path) -> Configuration:
    """An installation without anybody in it."""
    made = Configuration(data=str(tmp_path / "data"))
    await migrated(made, prepare(made))
    return made


async def known(storage: Storage) -> Account:
    async with storage.units.reading() as unit:
        account = await unit.accounts.by_login("lan")
    assert account is not None
    return account


async def test_a_given_password_is_to_be_changed_and_ends_sessions(configuration: Configuration) -> None:
    console = Console(file=StringIO())
    await tools.add_user(configuration, "lan", "Lan", ["secretary"], "Ban", console)
    async with opened(configuration, prepare(configuration)) as storage:
        first = await known(storage)
        assert first.must_change_password
        async with storage.units.writing() as unit:
            await unit.accounts.replace(msgspec.structs.replace(first, must_change_password=False))
            await unit.sessions.add(new_session("s", "c", first.id, UtcNs(1)))
            await unit.commit()
    await tools.reset_password(configuration, "lan", console)
    async with opened(configuration, prepare(configuration)) as storage:
        second = await known(storage)
        async with storage.units.reading() as unit:
            assert await unit.sessions.of(first.id) == []
            actions = [link.entry.action for link in await unit.audit.entries(0, 100)]
    assert second.must_change_password
    assert second.password_hash != first.password_hash
    assert actions == ["add_agency", "add_account", "reset_password"]


async def test_a_lost_device_is_left_behind(configuration: Configuration) -> None:
    console = Console(file=StringIO())
    await tools.add_user(configuration, "lan", "Lan", ["secretary"], "Ban", console)
    async with opened(configuration, prepare(configuration)) as storage:
        account = await known(storage)
        async with storage.units.writing() as unit:
            await unit.second_factors.put(SecondFactor(account.id, "sealed", 1, on=True))
            await unit.commit()
    await tools.reset_password(configuration, "lan", console)
    async with opened(configuration, prepare(configuration)) as storage, storage.units.reading() as unit:
        assert await unit.second_factors.get(account.id) is not None
    said = await diemcau("user", "totp-off", "lan", "--data", configuration.data)
    assert said.code == 0, said.text
    async with opened(configuration, prepare(configuration)) as storage, storage.units.reading() as unit:
        assert await unit.second_factors.get(account.id) is None
        assert [link.entry.action for link in await unit.audit.entries(0, 100)][-1] == "totp_off"
    for login in ("lan", "nobody"):
        with pytest.raises(NotFound):
            await tools.totp_off(configuration, login, console)
