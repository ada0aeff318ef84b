"""signature.json: canonical, refused otherwise; fingerprints as people type them."""

from base64 import b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MalformedInput
from bridge.signing import (
    FORMAT,
    MAX_BYTES,
    MAX_CERTIFICATES,
    Algorithm,
    ManifestSignature,
    key_id,
    manifest_signature,
    parse_fingerprint,
    parse_signature,
    serialise_signature,
    shown,
)

SIGNATURES = st.builds(
    manifest_signature,
    st.sampled_from(Algorithm),
    st.binary(max_size=100),
    st.binary(max_size=100),
    st.lists(st.binary(max_size=100), max_size=MAX_CERTIFICATES).map(tuple),
)
ONE = manifest_signature(Algorithm.ED25519, b"public", b"signed")


@given(SIGNATURES)
def test_round_trip(signature: ManifestSignature) -> None:
    assert parse_signature(serialise_signature(signature)) == signature


@given(st.one_of(st.binary(max_size=200), st.text().map(str.encode)))
def test_rubbish_is_malformed(text: bytes) -> None:
    with pytest.raises(MalformedInput):
        parse_signature(text)


@given(SIGNATURES, st.data())
def test_a_changed_byte_is_refused_or_read_as_something_else(signature: ManifestSignature, data: st.DataObject) -> None:
    text = bytearray(serialise_signature(signature))
    text[data.draw(st.integers(0, len(text) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        assert parse_signature(bytes(text)) != signature
    except MalformedInput:
        return


@pytest.mark.parametrize(
    "wrong",
    [
        msgspec.structs.replace(ONE, format=FORMAT + 1),
        msgspec.structs.replace(ONE, key=key_id(b"another")),
        msgspec.structs.replace(ONE, public_key="!!!!"),
        msgspec.structs.replace(ONE, signature="AB=="),  # the same byte as "AA==", with bits to spare
        msgspec.structs.replace(ONE, certificates=("A",)),
        msgspec.structs.replace(ONE, certificates=("",) * (MAX_CERTIFICATES + 1)),
    ],
)
def test_what_does_not_fit_is_refused(wrong: ManifestSignature) -> None:
    with pytest.raises(MalformedInput):
        parse_signature(serialise_signature(wrong))


def test_blanks_unknown_fields_and_length_are_refused() -> None:
    text = serialise_signature(ONE)
    long = msgspec.structs.replace(ONE, signature=b64encode(bytes(MAX_BYTES)).decode())
    for wrong in (text + b"\n", text[:-1] + b',"more":1}', serialise_signature(long)):
        with pytest.raises(MalformedInput):
            parse_signature(wrong)


DIGITS = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "typed",
    [
        DIGITS,
        DIGITS.upper(),
        shown(DIGITS),
        f"sha256:{DIGITS}",
        f"SHA-256: {shown(DIGITS).upper()}",
        f"sha256 Fingerprint={':'.join(DIGITS[at : at + 2] for at in range(0, 64, 2)).upper()}\n",
    ],
)
def test_a_fingerprint_as_people_type_it(typed: str) -> None:
    assert parse_fingerprint(typed) == DIGITS


@pytest.mark.parametrize("typed", ["", DIGITS[1:], DIGITS + "0", DIGITS[:-1] + "g", "sha1:" + DIGITS, "keys.pem"])
def test_no_fingerprint(typed: str) -> None:
    with pytest.raises(MalformedInput):
        parse_fingerprint(typed)


def test_shown_in_groups_of_four() -> None:
    assert shown(DIGITS).split(" ") == ["0123", "4567", "89ab", "cdef"] * 4
