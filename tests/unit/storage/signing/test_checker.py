"""Signatures of every algorithm, and whom a verifier may trust: by key, by certificate, by who issued it."""

from collections.abc import Callable, Sequence
from functools import cache

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MalformedInput
from bridge.signing import (
    Algorithm,
    Finding,
    ManifestSignature,
    Origin,
    Trust,
    decoded,
    manifest_signature,
    parse_signature,
    serialise_signature,
)
from storage.signing.algorithms import SigningKey, algorithm_of, der_of, sign
from storage.signing.certificates import fingerprint_of, parse_certificate
from storage.signing.checker import Signatures
from tests.support.signing import Issued, issued, new_key

TEXT = b'{"format":1}'
NOW = 1_795_000_000_000_000_000
DAY = 86_400 * 1_000_000_000


def signed(key: SigningKey, chain: Sequence[Issued] = (), text: bytes = TEXT) -> ManifestSignature:
    public = key.public_key()
    return manifest_signature(algorithm_of(public), der_of(public), sign(key, text), tuple(one.der for one in chain))


def found(signature: ManifestSignature, trust: Trust | None = None, at: int = NOW, text: bytes = TEXT) -> Finding:
    return Signatures().check(signature, text, trust, at)


def by(*fingerprints: str) -> Trust:
    return Trust(frozenset(fingerprints))


def of(*certificates: Issued) -> Trust:
    return Trust(frozenset(), tuple(one.der for one in certificates))


@pytest.mark.parametrize("algorithm", Algorithm)
def test_every_algorithm_signs_and_holds(algorithm: Algorithm) -> None:
    signature = signed(new_key(algorithm))
    assert signature.algorithm is algorithm
    assert found(signature).origin is Origin.SIGNED
    assert found(signature, by(signature.key)).origin is Origin.TRUSTED
    other = found(signature, text=TEXT + b" ")
    assert (other.origin, [fault.what for fault in other.faults]) == (Origin.BROKEN, [algorithm])


def test_another_algorithm_than_that_of_the_key_is_a_fault() -> None:
    wrong = msgspec.structs.replace(signed(new_key("ed25519")), algorithm=Algorithm.RSA_PSS_SHA256)
    assert [fault.what for fault in found(wrong).faults] == ["algorithm"]


def test_signed_again_by_another_key_holds_and_is_not_trusted() -> None:
    ours, theirs = signed(new_key("ed25519")), signed(new_key("ed25519"))
    assert found(theirs).origin is Origin.SIGNED
    finding = found(theirs, by(ours.key))
    assert (finding.origin, [fault.what for fault in finding.faults]) == (Origin.UNTRUSTED, ["trust"])


@cache
def office() -> tuple[Issued, Issued, Issued]:
    """Root, intermediate, signer."""
    root = issued("Root", None, NOW, authority=True)
    middle = issued("Issuer", root, NOW, authority=True)
    return root, middle, issued("Office", middle, NOW, days=(-1, 30))


def test_a_certificate_is_trusted_itself_or_by_who_issued_it() -> None:
    root, middle, leaf = office()
    signature = signed(leaf.key, (leaf, middle))
    assert found(signature).signer == "CN=Office"
    for trust in (of(leaf), of(middle), of(root), by(fingerprint_of(leaf.der)), by(fingerprint_of(middle.der))):
        assert found(signature, trust).origin is Origin.TRUSTED
    assert found(signed(leaf.key), of(leaf)).origin is Origin.TRUSTED, "the key of a trusted certificate"
    stranger = issued("Root", None, NOW, authority=True)
    assert found(signature, of(stranger)).origin is Origin.UNTRUSTED, "the same name is not enough"
    assert found(signature, by(fingerprint_of(root.der))).origin is Origin.UNTRUSTED, "the root is not at hand"


def test_a_certificate_counts_until_it_ends() -> None:
    root, middle, leaf = office()
    signature = signed(leaf.key, (leaf, middle))
    assert found(signature, of(root), NOW + 29 * DAY).origin is Origin.TRUSTED
    assert found(signature, of(root), NOW + 31 * DAY).origin is Origin.UNTRUSTED
    assert found(signature, by(signature.key), NOW + 31 * DAY).origin is Origin.TRUSTED, "a key has no end"


def test_who_is_no_authority_issues_nothing() -> None:
    root, _, leaf = office()
    forged = issued("Forged", leaf, NOW)
    assert found(signed(forged.key, (forged, leaf)), of(root)).origin is Origin.BROKEN
    assert found(signed(forged.key, (forged,)), of(leaf)).origin is Origin.UNTRUSTED


def test_an_authority_that_may_have_none_below_it_has_none() -> None:
    root = issued("Root", None, NOW, authority=True, path_length=1)
    middle = issued("Issuer", root, NOW, authority=True, path_length=0)
    direct = issued("Office", middle, NOW)
    assert found(signed(direct.key, (direct, middle)), of(root)).origin is Origin.TRUSTED
    below = issued("Below", middle, NOW, authority=True)
    leaf = issued("Office", below, NOW)
    for trust in (of(root), of(middle)):
        assert found(signed(leaf.key, (leaf, below, middle)), trust).origin is Origin.UNTRUSTED


def test_a_limit_that_is_not_understood_is_not_passed_over() -> None:
    root = issued("Root", None, NOW, authority=True)
    limited = issued("Issuer", root, NOW, authority=True, only="tax.example")
    leaf = issued("Office", limited, NOW)
    assert found(signed(leaf.key, (leaf, limited)), of(root)).origin is Origin.UNTRUSTED
    assert found(signed(leaf.key, (leaf, limited)), of(leaf)).origin is Origin.TRUSTED


def test_certificates_that_do_not_belong_are_faults() -> None:
    root, middle, leaf = office()
    for key, chain in ((new_key("ed25519"), (leaf, middle)), (leaf.key, (leaf, root)), (leaf.key, (middle, root))):
        assert [fault.what for fault in found(signed(key, chain)).faults] == ["certificate"]


@cache
def whole_chain() -> bytes:
    root, middle, leaf = office()
    return serialise_signature(signed(leaf.key, (leaf, middle, root)))


@cache
def plain() -> bytes:
    return serialise_signature(signed(new_key("ed25519")))


@pytest.mark.parametrize("original", [plain, whole_chain])
@given(data=st.data())
def test_any_changed_byte_is_found(original: Callable[[], bytes], data: st.DataObject) -> None:
    """In a certificate too, as far as the chain proves itself: up to one whose issuer is not in it."""
    text = bytearray(original())
    text[data.draw(st.integers(0, len(text) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        signature = parse_signature(bytes(text))
    except MalformedInput:
        return
    assert found(signature).origin is Origin.BROKEN or not issued_itself(signature.certificates[-1])


def issued_itself(certificate: str) -> bool:
    last = parse_certificate(decoded(certificate))
    return last.issuer == last.subject


@given(st.binary(max_size=64), st.binary(max_size=64), st.lists(st.binary(max_size=64), max_size=3).map(tuple))
def test_rubbish_in_form_is_broken(public: bytes, signature: bytes, certificates: tuple[bytes, ...]) -> None:
    for algorithm in Algorithm:
        assert found(manifest_signature(algorithm, public, signature, certificates)).origin is Origin.BROKEN
