"""The installation's keys on its disk: made once, rotated, imported, configured; the old ones stay for verifying."""

import stat
from pathlib import Path

import pytest

from bridge.errors import Unavailable
from bridge.signing import Origin, Trust
from storage.signing.certified import SigningFiles
from storage.signing.checker import Signatures
from storage.signing.fault import KeyFault
from storage.signing.installation import InstallationKeys
from storage.signing.pem import parse_trust
from tests.support.fakes import HandClock
from tests.support.signing import Issued, issued, new_key, own_keys, pem_of

TEXT = b"a manifest"
CLOCK = HandClock()


async def origin_of(keys: InstallationKeys, trust: Trust) -> Origin:
    return Signatures().check(await keys.sign(TEXT), TEXT, trust, CLOCK.utc()).origin


def private_halves(folder: Path) -> list[Path]:
    return list(folder.glob("*.key.pem"))


async def test_the_first_start_makes_a_key_that_later_starts_keep(tmp_path: Path) -> None:
    folder = tmp_path / "signing"
    made = own_keys(folder, CLOCK).prepare()
    again = own_keys(folder, CLOCK)
    assert again.prepare() == made
    assert (await again.sign(TEXT)).key == made
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (folder, *folder.iterdir())} == {0}


async def test_rotated_keys_verify_for_ever_and_sign_no_more(tmp_path: Path) -> None:
    keys = own_keys(tmp_path, CLOCK)
    signatures = [await keys.sign(TEXT)]
    for _ in range(2):
        assert keys.rotate() not in {one.key for one in signatures}
        signatures.append(await keys.sign(TEXT))
    trust = await keys.trust()
    assert trust.fingerprints == {one.key for one in signatures}
    assert {Signatures().check(one, TEXT, trust, 0).origin for one in signatures} == {Origin.TRUSTED}
    assert private_halves(tmp_path) == [tmp_path / f"{signatures[-1].key}.key.pem"]


def test_a_rotation_killed_anywhere_leaves_a_key_that_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its steps fails once, as if it were the last thing before the kill."""
    keys = own_keys(tmp_path, CLOCK)
    replace, allowed = Path.replace, [0]

    def failing(self: Path, target: Path) -> Path:
        allowed[0] -= 1
        if allowed[0] < 0:
            raise OSError("killed")
        return replace(self, target)

    for step in range(3):
        allowed[0] = step
        monkeypatch.setattr(Path, "replace", failing)
        with pytest.raises(KeyFault, match="killed"):
            keys.rotate()
        monkeypatch.undo()
        assert own_keys(tmp_path, CLOCK).prepare() in {key.id for key in keys.known()}


async def test_exported_keys_are_what_a_verifier_takes(tmp_path: Path) -> None:
    keys = own_keys(tmp_path, CLOCK)
    keys.rotate()
    trust = parse_trust(keys.exported())
    assert trust == await keys.trust()
    assert await origin_of(keys, trust) is Origin.TRUSTED


async def test_a_private_key_taken_in_signs_and_a_public_one_is_known(tmp_path: Path) -> None:
    keys, other = own_keys(tmp_path / "a", CLOCK), own_keys(tmp_path / "b", CLOCK)
    theirs = await other.sign(TEXT)
    assert keys.take_in(other.exported()) == [theirs.key]
    assert theirs.key in (await keys.trust()).fingerprints
    assert (await keys.sign(TEXT)).key != theirs.key
    assert keys.take_in((tmp_path / "b" / f"{theirs.key}.key.pem").read_bytes()) == [theirs.key]
    assert (await keys.sign(TEXT)).key == theirs.key
    for wrong in (b"", b"rubbish", pem_of(new_key("ed25519")) * 2):
        with pytest.raises(KeyFault):
            keys.take_in(wrong)


def configured(folder: Path, key: Issued, *chain: Issued) -> InstallationKeys:
    files = SigningFiles(folder / "office.key", folder / "office.pem")
    files.key.write_bytes(pem_of(key.key))
    files.certificate.write_bytes(b"".join(one.pem for one in chain))
    return InstallationKeys(folder / "signing", files, CLOCK)


async def test_a_configured_certificate_signs_and_stays_known(tmp_path: Path) -> None:
    root = issued("Root", None, CLOCK.utc(), authority=True)
    leaf = issued("Office", root, CLOCK.utc(), kind="rsa-pss-sha256")
    keys = configured(tmp_path, leaf, leaf, root)
    made = keys.prepare()
    signature = await keys.sign(TEXT)
    assert (signature.key, len(signature.certificates)) == (made, 2)
    assert await origin_of(keys, Trust(frozenset(), (root.der,))) is Origin.TRUSTED
    assert [(key.id, key.signer) for key in keys.known()] == [(made, "CN=Office")]
    with pytest.raises(KeyFault, match=r"archive\.signing_key is configured"):
        keys.rotate()
    assert made in (await own_keys(tmp_path / "signing", CLOCK).trust()).fingerprints, "also when it is gone"


async def test_a_certificate_that_cannot_sign_is_told_in_one_line(tmp_path: Path) -> None:
    root = issued("Root", None, CLOCK.utc(), authority=True)
    leaf, other = (issued(name, root, CLOCK.utc()) for name in ("Office", "Other"))
    expired = issued("Old", root, CLOCK.utc(), days=(-30, -1))
    early = issued("New", root, CLOCK.utc(), days=(1, 30))
    for key, chain, said in (
        (leaf, (other,), "is not the certificate of archive.signing_key"),
        (leaf, (), "holds no key and no certificate"),
        (expired, (expired,), "expired on 2026-"),
        (early, (early,), "is not valid before 2026-"),
        (leaf, (leaf, other), "CN=Office was not issued by CN=Other"),
    ):
        keys = configured(tmp_path, key, *chain)
        with pytest.raises(KeyFault, match=said) as fault:
            keys.prepare()
        assert "\n" not in str(fault.value)
        with pytest.raises(Unavailable, match="signing_unavailable"):
            await keys.sign(TEXT)


async def test_a_lost_key_is_told(tmp_path: Path) -> None:
    keys = own_keys(tmp_path, CLOCK)
    [private] = private_halves(tmp_path)
    private.unlink()
    with pytest.raises(KeyFault, match="No such file"):
        keys.prepare()
    private.with_name(private.name.replace(".key.pem", ".pem")).rename(tmp_path / f"{'0' * 64}.pem")
    with pytest.raises(Unavailable, match="holds the key"):
        await keys.trust()


async def test_what_is_no_public_half_is_told_in_one_line(tmp_path: Path) -> None:
    keys = own_keys(tmp_path, CLOCK)
    [private] = private_halves(tmp_path)
    stray = tmp_path / f"{'0' * 64}.pem"
    stray.write_bytes(private.read_bytes())
    with pytest.raises(Unavailable, match="holds no public key"):
        await keys.trust()
