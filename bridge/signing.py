"""Who sealed a recording: the signature beside its manifest, and what a verifier brings along to believe it.

``{prefix}signature.json`` is one :class:`ManifestSignature`. It covers the exact bytes of ``manifest.json`` and
nothing else, so that ``openssl pkeyutl -verify -rawin`` repeats the check. A signature proves that nothing changed
since the holder of a key signed; who that holder is, only somebody can say who has the key's fingerprint, the key or
a certificate from elsewhere than the record: :class:`Trust`.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from enum import StrEnum
from typing import NewType, Protocol

import msgspec

from bridge import canonical
from bridge.errors import MalformedInput

KeyId = NewType("KeyId", str)
"""sha256 hex of the public key's SubjectPublicKeyInfo in DER (RFC 5280 4.1.2.7): the fingerprint people compare."""

FORMAT = 1
MAX_BYTES = 64 * 1024
"""A chain of ten certificates with RSA keys of 4096 bits is half of it."""
MAX_CERTIFICATES = 10


class Algorithm(StrEnum):
    """How a manifest is signed. RSA: PSS, MGF1 with SHA-256, salt as long as the hash (RFC 8017 8.1)."""

    ED25519 = "ed25519"
    ECDSA_P256_SHA256 = "ecdsa-p256-sha256"
    ECDSA_P384_SHA384 = "ecdsa-p384-sha384"
    RSA_PSS_SHA256 = "rsa-pss-sha256"


class ManifestSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All in base64 (RFC 4648 4): ``signature`` (ECDSA as DER), ``public_key`` SubjectPublicKeyInfo in DER,
    ``certificates`` X.509 in DER, the signer's first, each issued by the next; empty for a key without any."""

    format: int
    algorithm: Algorithm
    key: KeyId
    signature: str
    public_key: str
    certificates: tuple[str, ...]


class Origin(StrEnum):
    """What a check can say about who sealed a recording."""

    UNSIGNED = "unsigned"  # there is no signature
    BROKEN = "broken"  # there is one, and it does not hold
    SIGNED = "signed"  # unaltered since signed by that key; whose it is was not asked
    UNTRUSTED = "untrusted"  # it holds, but by a key that the verifier does not trust
    TRUSTED = "trusted"  # it holds, by a key that the verifier trusts


class Trust(msgspec.Struct, frozen=True):
    """What a verifier holds apart from the record: sha256 hex of public keys or certificates, and whole certificates
    (DER) of signers or of the authorities that issued theirs. Any one of them is enough."""

    fingerprints: frozenset[str]
    certificates: tuple[bytes, ...] = ()


class SignatureFault(msgspec.Struct, frozen=True):
    """``what``: an :class:`Algorithm`, ``certificate`` or ``trust``."""

    what: str
    expected: str
    found: str


class Finding(msgspec.Struct, frozen=True):
    """What a checker says of one signature; ``signer``: the subject of its certificate (RFC 4514), if it has one."""

    origin: Origin
    signer: str
    faults: tuple[SignatureFault, ...]


class Signer(Protocol):
    """Holds the installation's private key (storage)."""

    async def sign(self, text: bytes) -> ManifestSignature:
        """Over exactly these bytes. Raises Refusal(signing_unavailable) while there is no key to sign with."""
        ...


class SignatureChecker(Protocol):
    """Needs nothing of the installation (storage)."""

    def check(self, signature: ManifestSignature, text: bytes, trust: Trust | None, signed_utc_ns: int) -> Finding:
        """``trust`` None: whose key it is, is not asked. ``signed_utc_ns``: when certificates must have been valid."""
        ...


class KnownKeys(Protocol):
    """The keys this installation signs and ever signed with (storage)."""

    async def trust(self) -> Trust | None:
        """As they are now: keys are rotated while we run. None: this process cannot know them, and a signature's origin
        is not established. Raises Refusal(signing_unavailable)."""
        ...


def key_id(public_key: bytes) -> KeyId:
    """Of a SubjectPublicKeyInfo in DER."""
    return KeyId(hashlib.sha256(public_key).hexdigest())


def manifest_signature(
    algorithm: Algorithm, public_key: bytes, signature: bytes, certificates: tuple[bytes, ...] = ()
) -> ManifestSignature:
    """Of the parts in bytes."""
    return ManifestSignature(
        FORMAT,
        algorithm,
        key_id(public_key),
        b64encode(signature).decode(),
        b64encode(public_key).decode(),
        tuple(b64encode(certificate).decode() for certificate in certificates),
    )


def serialise_signature(signature: ManifestSignature) -> bytes:
    """The canonical form, as stored."""
    return canonical.serialise(signature)


def parse_signature(text: bytes) -> ManifestSignature:
    """Raises MalformedInput; also for a newer form, for text or base64 that is not canonical, for a wrong key id."""
    if len(text) > MAX_BYTES:
        raise MalformedInput(f"signature of {len(text)} bytes; {MAX_BYTES} at most")
    signature = canonical.parse(text, ManifestSignature, FORMAT, "signature")
    if len(signature.certificates) > MAX_CERTIFICATES:
        raise MalformedInput(f"signature with {len(signature.certificates)} certificates")
    for part in (signature.signature, *signature.certificates):
        decoded(part)
    if key_id(decoded(signature.public_key)) != signature.key:
        raise MalformedInput("signature: the key's id is not that of the key")
    return signature


def decoded(part: str) -> bytes:
    """The bytes of a part. Raises MalformedInput for what is not exactly their base64."""
    try:
        found = b64decode(part, validate=True)
    except ValueError as error:
        raise MalformedInput(f"signature: {error}") from error
    if b64encode(found).decode() != part:
        raise MalformedInput("signature: base64 with bits to spare")
    return found


_BEFORE = re.compile(r"sha-?256(\s*fingerprint)?\s*[:=]?\s*")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def parse_fingerprint(text: str) -> str:
    """64 hex digits out of what people type or paste: any case, ``sha256:`` before it, colons and blanks between.

    Raises MalformedInput.
    """
    plain = text.strip().lower()
    if (before := _BEFORE.match(plain)) is not None:
        plain = plain[before.end() :]
    digits = "".join(plain.replace(":", "").split())
    if not _FINGERPRINT.fullmatch(digits):
        raise MalformedInput("a fingerprint has 64 hexadecimal digits")
    return digits


def shown(fingerprint: str) -> str:
    """In groups of four, as people compare them."""
    return " ".join(fingerprint[place : place + 4] for place in range(0, len(fingerprint), 4))
