"""Back-up and restore as OPERATIONS tells it: the copy is started in another place, checked whole, and goes on."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.chaos.session import cast
from tests.support.ports import free_ports
from tests.support.postgres import Postgres, programs, running_postgres
from tests.support.product import Product
from tests.support.product_tools import diemcau, recorded

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
Environment = Mapping[str, str]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


async def _run(product: Product) -> str:
    """Started, a reception recorded, stopped; the recording's id."""
    await product.start()
    try:
        async with cast(product) as people:
            return await recorded(product, people)
    finally:
        await product.stop()


def _copied(folder: Path, place: Path) -> Path:
    """``cp -a``, to another path."""
    place.parent.mkdir()
    subprocess.run(["cp", "-a", folder, place], check=True)
    shutil.rmtree(folder)  # nothing of the first place helps the second
    return place


async def _done(*command: str | Path) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0, command


async def _restored(product: Product, passwords: Mapping[str, str], known: str, options: tuple[str, ...]) -> None:
    """Checked, started, every recording verified; then it goes on: one more is recorded, and everything holds."""
    where = ("--data", str(product.folder))
    environment = product.environment
    checked = await diemcau("db", "check", *where, environment=environment)
    assert checked.code == 0, checked.text
    await product.start()
    try:
        product.passwords.update(passwords)  # they are printed at the very first start only
        async with cast(product) as people:
            recordings = [known, await recorded(product, people)]
        for recording in recordings:
            verified = await diemcau("verify", recording, *where, *options, environment=environment)
            assert verified.code == 0, verified.text
            assert "unaltered since" in verified.text
        checked = await diemcau("db", "check", *where, environment=environment)
        assert checked.code == 0, checked.text
        assert "0 fault(s)" in checked.text
    finally:
        await product.stop()


async def test_the_data_folder_is_the_whole_back_up(tmp_path: Path) -> None:
    first = Product(tmp_path / "data", free_ports())
    known = await _run(first)
    second = Product(_copied(first.folder, tmp_path / "elsewhere" / "restored"), free_ports())
    await _restored(second, first.passwords, known, ())


async def test_with_postgresql_and_minio_a_dump_belongs_to_it(tmp_path: Path, postgres: Postgres) -> None:
    store = ("--store", "minio")
    url = postgres.create()
    first = Product(tmp_path / "data", free_ports(), store, environment={"DIEMCAU_DATABASE_URL": url})
    known = await _run(first)
    dump = tmp_path / "database.dump"
    await _done(programs() / "pg_dump", "--format=custom", f"--file={dump}", url)
    folder = _copied(first.folder, tmp_path / "elsewhere" / "restored")
    again = postgres.create()
    await _done(programs() / "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={again}", dump)
    second = Product(folder, free_ports(), store, environment={"DIEMCAU_DATABASE_URL": again})
    await _restored(second, first.passwords, known, (*store, "--port", str(second.port)))
