"""PEM files (RFC 7468) as people have them: private keys, public keys, certificates, several in one file."""

import re
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from bridge.errors import MalformedInput
from bridge.signing import Trust, key_id
from storage.signing.algorithms import SigningKey, VerifyingKey, der_of, signing_key, verifying_key
from storage.signing.certificates import parse_certificate

MAX_BYTES = 1024 * 1024
"""All authorities of a country fit."""

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_PRIVATE = frozenset({b"PRIVATE KEY", b"EC PRIVATE KEY", b"RSA PRIVATE KEY"})
_PUBLIC = frozenset({b"PUBLIC KEY", b"RSA PUBLIC KEY"})


class PemFile(NamedTuple):
    """What a file holds, in its order."""

    private: list[SigningKey]
    public: list[VerifyingKey]
    certificates: list[x509.Certificate]


def parse_pem(text: bytes) -> PemFile:
    """Raises MalformedInput for a block that does not parse, for an encrypted key, and when there is no block."""
    if len(text) > MAX_BYTES:
        raise MalformedInput(f"larger than {MAX_BYTES} bytes")
    found = PemFile([], [], [])
    for match in _BLOCK.finditer(text):
        try:
            _take(found, match[1], match[0] + b"\n")
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise MalformedInput(f"{match[1].decode().lower()}: {error}") from error
    if not any(found):
        raise MalformedInput("holds no key and no certificate in PEM form")
    return found


def _take(found: PemFile, kind: bytes, block: bytes) -> None:
    if kind in _PRIVATE:
        found.private.append(signing_key(serialization.load_pem_private_key(block, None)))
    elif kind in _PUBLIC:
        found.public.append(verifying_key(serialization.load_pem_public_key(block)))
    elif kind == b"CERTIFICATE":
        certificate = x509.load_pem_x509_certificate(block)
        found.certificates.append(parse_certificate(certificate.public_bytes(serialization.Encoding.DER)))
    elif kind == b"ENCRYPTED PRIVATE KEY":
        raise MalformedInput("take its passphrase off; the file's own rights protect it")


def parse_trust(text: bytes) -> Trust:
    """Of the public keys and certificates in a PEM file. Raises MalformedInput."""
    found = parse_pem(text)
    if found.private:
        raise MalformedInput("holds a private key; a verifier needs, and gets, only public ones")
    keys = frozenset(str(key_id(der_of(key))) for key in found.public)
    return Trust(keys, tuple(one.public_bytes(serialization.Encoding.DER) for one in found.certificates))


def private_pem(key: SigningKey) -> bytes:
    """PKCS #8, without a passphrase."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem(key: VerifyingKey) -> bytes:
    """SubjectPublicKeyInfo."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def certificates_pem(certificates: list[x509.Certificate]) -> bytes:
    """In their order."""
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)
