"""An installation without any account: the first administrator is made on the server, by the rules of the pages."""

import re
from pathlib import Path

import pytest

from bridge.auditing import check_database
from bridge.model import Level, Role
from deploy.configuration import Configuration
from deploy.folder import prepare
from deploy.stores import migrated, opened
from deploy.time import SystemEntropy
from tests.support.product_tools import Said, diemcau
from web.passwords import Argon2Passwords


async def add(folder: Path, login: str, role: str, agency: str) -> Said:
    """As whoever installs it types it."""
    words = ("user", "add", login, "--name", "Quản trị", "--role", role, "--agency", agency)
    return await diemcau(*words, "--data", str(folder))


@pytest.mark.timeout(240)  # commands of its own, which take seconds to start
async def test_the_first_administrator_is_made_on_the_server(tmp_path: Path) -> None:
    configuration = Configuration(data=str(tmp_path / "data"))
    folder = prepare(configuration)
    await migrated(configuration, folder)
    made = await add(folder.root, "Goc", "administrator", "Tỉnh X")
    printed = re.fullmatch(r"goc  (\S{16})\n", made.text)
    assert printed, made
    same = await add(folder.root, "hai", "operator", "tỉnh  x")
    assert same.code == 0
    for login, role, told in (("GOC", "chair", "goc exists"), ("đ", "chair", "2 to 64"), ("ba", "king", "roles are")):
        refused = await add(folder.root, login, role, "Tỉnh Y")
        assert (refused.code, told in refused.text, "Traceback" in refused.text) == (1, True, False)
    async with opened(configuration, folder) as storage:
        async with storage.units.reading() as unit:
            (agency,) = await unit.organisation.agencies()
            accounts = await unit.accounts.all()
        assert (agency.name, agency.level, agency.parent) == ("Tỉnh X", Level.CENTRAL, None)
        assert [(one.login, one.roles, one.agency) for one in accounts] == [
            ("goc", frozenset({Role.ADMINISTRATOR}), agency.id),
            ("hai", frozenset({Role.OPERATOR}), agency.id),
        ]
        assert Argon2Passwords(SystemEntropy()).verify(accounts[0].password_hash, printed[1])
        assert (await check_database(storage.units)).faults == ()
