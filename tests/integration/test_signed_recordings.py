"""A sealed recording proves who signed it; whatever was changed, removed, planted or signed again is found."""

import hashlib
import shutil
import sqlite3
import subprocess
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest

from bridge.auditing import check_database
from bridge.errors import MalformedInput, Unavailable
from bridge.manifest import chained, ordered_segments, parse_manifest, serialise_manifest
from bridge.model import RecordingRow
from bridge.sealing import SigningPorts
from bridge.signing import Algorithm, ManifestSignature, Origin, Trust, parse_signature, serialise_signature
from bridge.states import RecordingState
from bridge.verification import Verification, signature_key
from deploy.time import SystemClock
from storage.signing.certified import SigningFiles
from storage.signing.checker import Signatures
from storage.signing.installation import InstallationKeys
from storage.signing.pem import parse_trust
from tests.support.archive import Archive
from tests.support.archive import archive as an_archive
from tests.support.signing import issued, own_keys, pem_of


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with an_archive(tmp_path) as made:
        yield made


def told(result: Verification) -> set[tuple[str, str]]:
    return {(fault.path.rpartition("/")[2], fault.algorithm) for fault in result.faults}


def signature_of(archive: Archive, row: RecordingRow) -> ManifestSignature:
    return parse_signature(archive.file(row.signature_key).read_bytes())


async def test_a_recording_is_signed_and_the_row_says_by_whom(archive: Archive) -> None:
    row = await archive.sealed()
    signature = signature_of(archive, row)
    assert (row.signed_by, row.signature_key) == (signature.key, "recordings/recording1/signature.json")
    assert row.journal_version == parse_manifest(archive.file(row.manifest_key).read_bytes()).journal_version != ""
    result = await archive.sealing().verify(row)
    assert (result.holds, result.origin, result.signed_by) == (True, Origin.TRUSTED, row.signed_by)
    assert result.objects == 4 + 3
    assert ((await archive.row()).origin, (await archive.row()).faults) == ("trusted", 0)
    anybody = await archive.verified(row, trust=None, remembered=False)
    assert (anybody.holds, anybody.origin) == (True, Origin.SIGNED)


async def test_what_an_old_key_signed_is_trusted_for_ever(archive: Archive) -> None:
    rows = []
    for name in ("first", "second", "third"):
        rows.append(await archive.sealed(name))
        archive.keys.rotate()
    assert len({row.signed_by for row in rows}) == 3
    handed_over = parse_trust(archive.keys.exported())
    for row in rows:
        assert (await archive.verified(row, trust=await archive.keys.trust())).origin is Origin.TRUSTED
        assert (await archive.verified(row, trust=handed_over, remembered=False)).origin is Origin.TRUSTED


async def forged(archive: Archive, row: RecordingRow, folder: Path) -> ManifestSignature:
    """One byte of a segment is another, and everything above it was made anew and signed by somebody else."""
    manifest = parse_manifest(archive.file(row.manifest_key).read_bytes())
    first = ordered_segments(manifest.tracks)[0]
    body = bytearray(archive.file(first.key).read_bytes())
    body[0] ^= 1
    archive.file(first.key).write_bytes(body)
    changed = msgspec.structs.replace(first, sha256=hashlib.sha256(body).hexdigest())
    track = manifest.tracks[0]
    tracks = (msgspec.structs.replace(track, segments=(changed, *track.segments[1:])), *manifest.tracks[1:])
    text = serialise_manifest(chained(msgspec.structs.replace(manifest, tracks=tracks)))
    archive.file(row.manifest_key).write_bytes(text)
    signature = await own_keys(folder, SystemClock()).sign(text)
    archive.file(row.signature_key).write_bytes(serialise_signature(signature))
    return signature


async def test_signed_again_by_another_key_is_found_by_who_brings_trust(archive: Archive, tmp_path: Path) -> None:
    row = await archive.sealed()
    signature = await forged(archive, row, tmp_path / "forger")
    alone = await archive.verified(row, trust=None, remembered=False)
    assert (alone.holds, alone.origin, alone.signed_by) == (True, Origin.SIGNED, signature.key), "and it says by whom"
    trusting = await archive.verified(row, trust=await archive.keys.trust(), remembered=False)
    assert (trusting.origin, told(trusting)) == (Origin.UNTRUSTED, {("signature.json", "trust")})
    by_fingerprint = Trust(frozenset({row.signed_by}))
    assert told(await archive.verified(row, trust=by_fingerprint, remembered=False)) == {("signature.json", "trust")}
    remembering = await archive.verified(row, trust=None)
    assert told(remembering) == {("manifest.json", "sha256"), ("signature.json", "key")}


async def test_every_changed_byte_of_manifest_and_signature_is_found(archive: Archive) -> None:
    """By who has nothing but the record itself, too."""
    row = await archive.sealed()
    for key, step in ((row.manifest_key, 13), (row.signature_key, 1)):
        path = archive.file(key)
        original = path.read_bytes()
        for place in range(0, len(original), step):
            path.write_bytes(original[:place] + bytes([original[place] ^ 1]) + original[place + 1 :])
            result = await archive.verified(row, trust=None, remembered=False)
            assert not result.holds, (key, place)
        path.write_bytes(original)


async def test_a_missing_signature_is_a_fault_where_one_is_expected(archive: Archive) -> None:
    row = await archive.sealed()
    for path in (archive.file(row.signature_key), archive.objects / "recordings/recording1/.signature.json.json"):
        path.unlink()
    nobody_asks = await archive.verified(row, trust=None, remembered=False)
    assert (nobody_asks.holds, nobody_asks.origin) == (True, Origin.UNSIGNED)
    for trust, remembered in ((await archive.keys.trust(), False), (None, True)):
        result = await archive.verified(row, trust=trust, remembered=remembered)
        assert (result.origin, told(result)) == (Origin.UNSIGNED, {("signature.json", "presence")})


async def test_all_faults_are_collected(archive: Archive) -> None:
    row = await archive.sealed()
    manifest = parse_manifest(archive.file(row.manifest_key).read_bytes())
    first, second, *_ = ordered_segments(manifest.tracks)
    archive.file(first.key).write_bytes(b"other")
    archive.file(second.key).unlink()
    archive.file(row.journal_key).write_bytes(b"no journal\n")
    archive.file(row.signature_key).write_bytes(b"{}")
    result = await archive.verified(row, trust=await archive.keys.trust())
    assert told(result) == {
        ("00001.webm", "size"),
        ("00001.webm", "sha256"),
        ("00002.webm", "presence"),
        ("journal.jsonl", "form"),
        ("signature.json", "form"),
    }
    assert result.origin is Origin.BROKEN


# ── killed between two steps ─────────────────────────────────────────────────────────────────────────────────────


class NoKey:
    """A signer that is killed before it signs."""

    async def sign(self, text: bytes) -> ManifestSignature:
        raise Unavailable(detail="killed")


async def test_killed_before_the_signature_it_is_made_next_time(archive: Archive) -> None:
    row = await archive.recorded()
    with pytest.raises(Unavailable):
        await archive.sealing(SigningPorts(Signatures(), archive.keys, NoKey())).seal(row)
    before = archive.file(f"{row.prefix}manifest.json").read_bytes()
    assert (await archive.row()).state == RecordingState.WRITING
    assert await archive.sealing().seal_all() == [row.id]
    assert archive.file(f"{row.prefix}manifest.json").read_bytes() == before
    assert (await archive.sealing().verify(await archive.row())).origin is Origin.TRUSTED


async def test_a_signature_that_is_there_is_kept_though_the_key_was_rotated(archive: Archive) -> None:
    row = await archive.sealed()
    async with archive.storage.units.writing() as unit:
        await unit.recordings.put(msgspec.structs.replace(row, state=RecordingState.WRITING, signed_by=""))
        await unit.commit()
    assert archive.keys.rotate() != row.signed_by
    assert await archive.sealing().seal_all() == [row.id]
    assert (await archive.row()).signed_by == row.signed_by
    assert (await archive.sealing().verify(await archive.row())).origin is Origin.TRUSTED


async def test_what_was_planted_in_their_place_is_not_sealed(archive: Archive, tmp_path: Path) -> None:
    objects, until = archive.storage.objects, SystemClock().utc() + 10**12
    true = parse_manifest(archive.file((await archive.sealed("true")).manifest_key).read_bytes())
    planted = await archive.recorded("planted")
    await objects.put(f"{planted.prefix}manifest.json", serialise_manifest(true), until)
    signed = await archive.recorded("signed")
    elsewhere = await own_keys(tmp_path / "forger", SystemClock()).sign(b"something else")
    await objects.put(signature_key(signed.prefix), serialise_signature(elsewhere), until)
    with pytest.raises(MalformedInput) as refused:
        await archive.sealing().seal_all()
    assert "planted/manifest.json does not agree" in str(refused.value)
    assert "signed/signature.json does not hold" in str(refused.value)


async def test_a_record_that_names_what_no_store_can_have_is_checked_to_its_end(archive: Archive) -> None:
    row = await archive.sealed()
    path = archive.file(row.manifest_key)
    record = parse_manifest(path.read_bytes())
    first, *others = record.tracks[0].segments
    outside = msgspec.structs.replace(first, key="../../etc/passwd")
    track = msgspec.structs.replace(record.tracks[0], segments=(outside, *others))
    path.write_bytes(serialise_manifest(chained(msgspec.structs.replace(record, tracks=(track, *record.tracks[1:])))))
    last = ordered_segments(record.tracks)[-1].key
    archive.file(last).write_bytes(b"changed")
    result = await archive.sealing().verify(row)
    assert {(fault.path, fault.algorithm) for fault in result.faults} >= {
        (row.manifest_key, "sha256"),
        ("../../etc/passwd", "presence"),
        (last, "sha256"),
    }
    nowhere = msgspec.structs.replace(row, manifest_key="~/manifest.json")
    assert [fault.path for fault in (await archive.verified(nowhere, trust=None)).faults] == ["~/manifest.json"]


async def plant(archive: Archive, row: RecordingRow, **changes: object) -> None:
    """A manifest that was made of this very recording, but for the changes; it lies there before the sealer comes."""
    made = parse_manifest(await true_manifest(archive, row))
    until = SystemClock().utc() + 10**12
    planted = serialise_manifest(chained(msgspec.structs.replace(made, **changes)))
    await archive.storage.objects.put(f"{row.prefix}manifest.json", planted, until)


async def true_manifest(archive: Archive, row: RecordingRow) -> bytes:
    """What sealing would write; it is taken away again."""
    with pytest.raises(Unavailable):
        await archive.sealing(SigningPorts(Signatures(), archive.keys, NoKey())).seal(row)
    path = archive.file(f"{row.prefix}manifest.json")
    text = path.read_bytes()
    path.unlink()
    return text


async def test_a_planted_manifest_that_conceals_what_happened_is_not_signed(archive: Archive) -> None:
    row = await archive.recorded()
    events = parse_manifest(await true_manifest(archive, row)).events
    assert len(events) > 2
    for left in ((), events[:-1], events[1:], (events[0], events[-1])):
        await plant(archive, row, events=left)
        with pytest.raises(MalformedInput, match="does not agree"):
            await archive.sealing().seal(row)
        archive.file(f"{row.prefix}manifest.json").unlink()
    await plant(archive, row, audit_head="0" * 64)
    with pytest.raises(MalformedInput, match="names an audit entry that there is not"):
        await archive.sealing().seal(row)
    archive.file(f"{row.prefix}manifest.json").unlink()
    assert await archive.sealing().seal(row)


async def test_a_planted_signature_by_a_strangers_key_is_not_taken_for_ours(archive: Archive, tmp_path: Path) -> None:
    row = await archive.recorded()
    text, until = await true_manifest(archive, row), SystemClock().utc() + 10**12
    await archive.storage.objects.put(f"{row.prefix}manifest.json", text, until)
    elsewhere = await own_keys(tmp_path / "forger", SystemClock()).sign(text)
    await archive.storage.objects.put(signature_key(row.prefix), serialise_signature(elsewhere), until)
    with pytest.raises(MalformedInput, match=f"not of this installation: {elsewhere.key}"):
        await archive.sealing().seal(row)
    assert (await archive.row()).state == RecordingState.WRITING


async def test_an_event_that_was_made_unreadable_keeps_no_other_recording_from_being_sealed(archive: Archive) -> None:
    broken, other = await archive.recorded("broken"), await archive.recorded("other")
    database = sqlite3.connect(archive.folder / "archive.db")
    try:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        change = "UPDATE reception_events SET event = replace(event, 'ReceptionClosed', 'ReceptionClosee')"
        database.execute(f"{change} WHERE reception = ?", [broken.reception])
        database.commit()
    finally:
        database.close()
    with pytest.raises(MalformedInput, match=f"recording broken: .*event .* of reception {broken.reception}"):
        await archive.sealing().seal_all()
    assert (await archive.row(other.id)).state == RecordingState.SEALED
    assert (await check_database(archive.storage.units)).faults


async def test_a_process_that_only_checks_cannot_seal(archive: Archive) -> None:
    row = await archive.recorded()
    with pytest.raises(Unavailable, match="only checks"):
        await archive.sealing(SigningPorts(Signatures(), archive.keys)).seal(row)


# ── X.509, and other people's tools ──────────────────────────────────────────────────────────────────────────────


async def test_signed_with_the_offices_certificate(archive: Archive, tmp_path: Path) -> None:
    now = SystemClock().utc()
    root = issued("Root", None, now, authority=True)
    middle = issued("Issuer", root, now, authority=True)
    leaf = issued("Văn phòng", middle, now, kind="ecdsa-p384-sha384")
    files = SigningFiles(tmp_path / "office.key", tmp_path / "office.pem")
    files.key.write_bytes(pem_of(leaf.key))
    files.certificate.write_bytes(leaf.pem + middle.pem)
    archive.keys = InstallationKeys(tmp_path / "signing", files, SystemClock())
    archive.keys.prepare()
    row = await archive.sealed()
    by_root = await archive.verified(row, trust=parse_trust(root.pem), remembered=False)
    assert (by_root.holds, by_root.origin, by_root.signer) == (True, Origin.TRUSTED, "CN=Văn phòng")
    stranger = issued("Root", None, now, authority=True)
    assert (await archive.verified(row, trust=parse_trust(stranger.pem))).origin is Origin.UNTRUSTED


OPENSSL: dict[Algorithm, list[str]] = {
    Algorithm.ED25519: [],
    Algorithm.ECDSA_P256_SHA256: ["-digest", "sha256"],
    Algorithm.ECDSA_P384_SHA384: ["-digest", "sha384"],
    Algorithm.RSA_PSS_SHA256: [
        *("-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest"),
    ],
}


def ends_well(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("algorithm", Algorithm)
async def test_openssl_says_the_same(archive: Archive, tmp_path: Path, algorithm: Algorithm) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    archive.keys.take_in(pem_of(issued("any", None, SystemClock().utc(), kind=algorithm).key))
    row = await archive.sealed()
    signature = signature_of(archive, row)
    assert signature.algorithm is algorithm
    (tmp_path / "key.der").write_bytes(b64decode(signature.public_key))
    (tmp_path / "signature").write_bytes(b64decode(signature.signature))
    manifest = archive.file(row.manifest_key)
    command = [
        *(program, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", str(tmp_path / "key.der"), "-rawin"),
        *("-in", str(manifest), "-sigfile", str(tmp_path / "signature"), *OPENSSL[algorithm]),
    ]
    assert ends_well(command)
    manifest.write_bytes(manifest.read_bytes()[:-1] + b" ")
    assert not ends_well(command)


async def test_a_check_that_began_before_another_takes_nothing_back_from_it(archive: Archive) -> None:
    row = await archive.sealed()
    sealing = archive.sealing()

    async def meanwhile(checked: int, total: int) -> None:
        if (await archive.row()).state == RecordingState.SEALED:
            assert (await sealing.verify(row)).holds
            manifest = parse_manifest(archive.file(row.manifest_key).read_bytes())
            archive.file(ordered_segments(manifest.tracks)[-1].key).write_bytes(b"x")

    assert not (await sealing.verify(row, progress=meanwhile)).holds
    now = await archive.row()
    assert now.state == RecordingState.VERIFIED
    assert now.faults == 2
    assert now.verified_utc_ns is not None
    async with archive.storage.units.reading() as unit:
        newest, older = await unit.fixity_checks.of(row.id, 9)
    assert (newest.at_utc_ns, older.at_utc_ns < newest.at_utc_ns) == (now.verified_utc_ns, True)
