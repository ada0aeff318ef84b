"""A machine without the keys knows which signatures are ours: by what it was given and the lists that this leads to."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bridge.keylists import (
    PUBLISH,
    KeyPublishing,
    PublishedKeys,
    next_list,
    parse_key_list,
    serialise_key_list,
)
from bridge.repositories import AuditEntry, PublishedKeyList
from bridge.sealing import SigningPorts
from bridge.signing import KeyId, Origin, Trust, serialise_signature
from deploy.time import SystemClock
from storage.signing.checker import Signatures
from storage.signing.installation import InstallationKeys
from tests.support.archive import Archive
from tests.support.archive import archive as an_archive
from tests.support.signing import own_keys

CLOCK = SystemClock()


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with an_archive(tmp_path) as made:
        yield made


def publishing(archive: Archive, keys: InstallationKeys | None = None) -> KeyPublishing:
    return KeyPublishing(archive.storage.units, keys or archive.keys, Signatures(), CLOCK)


async def rotated(archive: Archive) -> KeyId:
    """As ``diemcau key rotate``."""
    made = archive.keys.make()
    await publishing(archive).publish()
    key = archive.keys.rotate(made)
    await publishing(archive).publish()
    return key


def elsewhere(archive: Archive, tmp_path: Path, *fingerprints: str) -> PublishedKeys:
    """On another machine: an empty folder of keys, and what its operator typed."""
    configured = Trust(frozenset(fingerprints)) if fingerprints else None
    local = InstallationKeys(tmp_path / "another machine", None, CLOCK)
    return PublishedKeys(archive.storage.units, local, configured, Signatures())


async def lists(archive: Archive) -> list[PublishedKeyList]:
    async with archive.storage.units.reading() as unit:
        return await unit.key_lists.all()


async def add(archive: Archive, row: PublishedKeyList) -> None:
    async with archive.storage.units.writing() as unit:
        await unit.key_lists.add(row)
        await unit.audit.append(AuditEntry(CLOCK.utc(), "system", PUBLISH, "signing key", "done"))
        await unit.commit()


@pytest.mark.parametrize("typed", [0, 1, 2])
async def test_any_one_key_leads_to_all_before_and_after(archive: Archive, tmp_path: Path, typed: int) -> None:
    keys = [archive.keys.prepare()]
    row = await archive.sealed("first")
    await publishing(archive).publish()
    keys += [await rotated(archive), await rotated(archive)]
    last = await archive.sealed("last")
    known = elsewhere(archive, tmp_path, keys[typed])
    trust = await known.trust()
    assert trust is not None
    assert trust.fingerprints == set(keys)
    checking = archive.sealing(SigningPorts(Signatures(), known))
    for recording in (row, last):
        result = await checking.verify(recording)
        assert (result.holds, result.origin) == (True, Origin.TRUSTED)


async def test_without_anything_from_elsewhere_the_origin_is_not_established(archive: Archive, tmp_path: Path) -> None:
    row = await archive.sealed()
    await publishing(archive).publish()
    known = elsewhere(archive, tmp_path)
    assert await known.trust() is None
    result = await archive.sealing(SigningPorts(Signatures(), known)).verify(row)
    assert (result.holds, result.origin) == (True, Origin.SIGNED)


async def test_who_has_the_database_adds_no_key(archive: Archive, tmp_path: Path) -> None:
    ours = archive.keys.prepare()
    await publishing(archive).publish()
    (published,) = await lists(archive)
    stranger = own_keys(tmp_path / "stranger", CLOCK)
    await publishing(archive, stranger).publish()  # signed by itself
    forged = next_list(parse_key_list(published.text.encode()), await stranger.now(), CLOCK.utc())
    assert forged is not None
    text = serialise_key_list(forged)
    await add(archive, PublishedKeyList(text.decode(), published.signature))  # under our signature of another list
    await add(archive, PublishedKeyList(text.decode(), serialise_signature(await stranger.sign(text)).decode()))
    await add(archive, PublishedKeyList("{", published.signature))
    await add(archive, PublishedKeyList(published.text, "[[" * 5000))
    trust = await elsewhere(archive, tmp_path, ours).trust()
    assert trust is not None
    assert trust.fingerprints == {ours}
    key = await rotated(archive)  # and what was planted keeps nobody from publishing
    trust = await elsewhere(archive, tmp_path, ours).trust()
    assert trust is not None
    assert trust.fingerprints == {ours, key}


async def test_a_list_is_published_once_and_says_how_long_each_key_signed(archive: Archive) -> None:
    first = archive.keys.prepare()
    assert await publishing(archive).publish() == first
    assert await publishing(archive).publish() == ""
    second = await rotated(archive)
    made = [parse_key_list(one.text.encode()) for one in await lists(archive)]
    assert [(one.key_list, one.signs) for one in made] == [(1, first), (2, first), (3, second)]
    ended = {key.id: key for key in made[-1].keys}
    assert ended[first].until_utc_ns == made[-1].made_utc_ns
    assert ended[first].since_utc_ns == made[0].made_utc_ns
    assert (ended[second].until_utc_ns, ended[second].since_utc_ns) == (None, made[1].made_utc_ns)
    async with archive.storage.units.reading() as unit:
        entries = [link.entry for link in await unit.audit.entries(0, 99) if link.entry.action == PUBLISH]
    assert [entry.object for entry in entries] == [f"signing key {first}"] * 2 + [f"signing key {second}"]


async def test_a_changed_list_says_nothing(archive: Archive, tmp_path: Path) -> None:
    ours = archive.keys.prepare()
    await publishing(archive).publish()
    await rotated(archive)
    for row in await lists(archive):
        made = parse_key_list(row.text.encode())
        changed = serialise_key_list(msgspec.structs.replace(made, made_utc_ns=made.made_utc_ns + 1)).decode()
        assert (await trusted_by(archive, tmp_path, ours, PublishedKeyList(changed, row.signature))) == {ours}


async def trusted_by(archive: Archive, tmp_path: Path, root: str, only: PublishedKeyList) -> frozenset[str]:
    """With this list alone in another database."""
    folder = tmp_path / hashlib.sha256(only.text.encode()).hexdigest()
    folder.mkdir()
    async with an_archive(folder) as other:
        await add(other, only)
        trust = await elsewhere(other, tmp_path, root).trust()
    assert trust is not None
    return trust.fingerprints
