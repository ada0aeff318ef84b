"""``diemcau key``, ``audit`` and ``verify`` as people type them, on a data folder of their own."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.configuration import Configuration
from deploy.folder import DataFolder, prepare
from deploy.keys import signing_keys
from deploy.stores import migrated, opened
from deploy.time import SystemClock
from tests.support.archive import Archive
from tests.support.signing import issued, own_keys, pem_of


class Said(NamedTuple):
    code: int
    out: str
    err: str


async def diemcau(folder: Path, *arguments: str | Path) -> Said:
    """One command to its end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", *map(str, arguments), "--data", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "COLUMNS": "250", "NO_COLOR": "1"},
    )
    out, err = await process.communicate()
    said = Said(process.returncode or 0, out.decode(), err.decode())
    assert "Traceback" not in said.err + said.out
    return said


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Archive]:
    """A data folder in use, with its keys where ``diemcau`` has them."""
    configuration = Configuration(data=str(tmp_path / "data"))
    folder = prepare(configuration)
    await migrated(configuration, folder)
    async with opened(configuration, folder) as storage:
        keys = signing_keys(configuration, folder)
        keys.prepare()
        yield Archive(folder.root, storage, keys)


RECORDING = "0123456789abcdefghij"
"""As ids look."""


async def test_keys_are_listed_rotated_exported_and_taken_in(kept: Archive, tmp_path: Path) -> None:
    folder = kept.folder
    first = await diemcau(folder, "key", "list")
    assert (first.code, first.out.count("signs")) == (0, 1)
    rotated = await diemcau(folder, "key", "rotate")
    assert rotated.code == 0
    made = rotated.out.partition("from now on: ")[2].splitlines()[0]
    listed = (await diemcau(folder, "key", "list")).out
    [signs] = [line for line in listed.splitlines() if "signs" in line]
    assert made in signs
    assert listed.count("verifies") == 1
    printed = await diemcau(folder, "key", "export")
    written = await diemcau(folder, "key", "export", "--out", tmp_path / "keys.pem")
    assert "2 key(s)" in written.out
    assert printed.out.encode() == (tmp_path / "keys.pem").read_bytes()
    other = own_keys(tmp_path / "other", SystemClock())
    (tmp_path / "other.pem").write_bytes(other.exported())
    taken = await diemcau(folder, "key", "import", tmp_path / "other.pem")
    assert (taken.code, taken.out.count("known: ")) == (0, 1)
    assert (await diemcau(folder, "key", "list")).out.count("verifies") == 2
    refused = await diemcau(folder, "key", "import", tmp_path / "nothing.pem")
    assert (refused.code, refused.err.count("\n")) == (78, 1)
    async with kept.storage.units.reading() as unit:
        actions = [link.entry.action for link in await unit.audit.entries(0, 100)]
    changes = [action for action in actions if action != "publish_signing_keys"]
    assert changes == ["rotate_signing_key", "import_signing_key"]
    assert actions.count("publish_signing_keys") == 3  # by the key before, by the new one, with what was taken in


async def test_verify_says_whose_signature_it_is(kept: Archive, tmp_path: Path) -> None:
    row = await kept.sealed(RECORDING)
    folder, record = kept.folder, kept.objects / row.prefix
    assert ", trusted" in (await diemcau(folder, "verify", RECORDING)).out
    anybody = await diemcau(folder, "verify", record)
    assert (anybody.code, "origin not established" in anybody.out) == (0, True)
    (tmp_path / "keys.pem").write_bytes(kept.keys.exported())
    for trust in (row.signed_by, f"sha256:{row.signed_by.upper()}", str(tmp_path / "keys.pem")):
        trusting = await diemcau(folder, "verify", record, "--trust", trust)
        assert (trusting.code, "unaltered since signed" in trusting.out) == (0, True), trusting
    stranger = await diemcau(folder, "verify", record, "--trust", "ab" * 32, "--json")
    result = json.loads(stranger.out)
    assert (stranger.code, result["origin"], result["signed_by"]) == (1, "untrusted", row.signed_by)
    assert [(fault["path"], fault["algorithm"]) for fault in result["faults"]] == [(row.signature_key, "trust")]
    for wrong in ("abcd", str(tmp_path), str(kept.objects / row.manifest_key)):
        assert (await diemcau(folder, "verify", record, "--trust", wrong)).code == 2, wrong


async def test_what_is_not_sealed_is_told_in_one_line(kept: Archive) -> None:
    await kept.recorded(RECORDING)
    said = await diemcau(kept.folder, "verify", RECORDING)
    assert (said.code, said.err.count("\n"), "has not been sealed yet" in said.err) == (1, 1, True)


async def test_audit_verify_reads_the_chain_and_the_manifests(kept: Archive) -> None:
    row = await kept.sealed(RECORDING)
    whole = await diemcau(kept.folder, "audit", "verify")
    async with kept.storage.units.reading() as unit:
        head = await unit.audit.head()
    assert head is not None
    assert whole.code == 0
    assert f"{head.number} audit entries, 7 events, 1 recordings, 0 fault(s)" in whole.out
    assert f"head {head.hash}" in whole.out
    kept.file(row.manifest_key).write_bytes(b"{}")
    damaged = await diemcau(kept.folder, "audit", "verify")
    assert (damaged.code, "1 fault(s)" in damaged.out) == (1, True)
    assert (await diemcau(kept.folder, "db", "check")).code == 0, "the chain itself holds"
    elsewhere = await diemcau(kept.folder, "audit", "verify", "--store", "nowhere")
    assert (elsewhere.code, "store.kind" in elsewhere.err) == (78, True), "the store of the running one can be named"


async def test_a_certificate_that_has_ended_keeps_it_from_starting(tmp_path: Path) -> None:
    old = issued("Office", None, SystemClock().utc(), days=(-30, -1))
    (tmp_path / "office.key").write_bytes(pem_of(old.key))
    (tmp_path / "office.pem").write_bytes(old.pem)
    settings = tmp_path / "diemcau.toml"
    keys = f'signing_key = "{tmp_path / "office.key"}"\nsigning_certificate = "{tmp_path / "office.pem"}"\n'
    settings.write_text(f"[archive]\n{keys}", "utf-8")
    for command in ("up", "jobs"):
        said = await diemcau(tmp_path / "data", command, "--config", settings)
        assert (said.code, said.err.count("\n")) == (78, 1), said
        assert "archive.signing_certificate" in said.err
        assert "expired on" in said.err
    assert not (DataFolder(tmp_path / "data").signing / "current").exists()
