"""The four kinds of key that sign manifests, each in one row: how it signs and how it is checked."""

from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from bridge.errors import MalformedInput
from bridge.signing import Algorithm

SigningKey: TypeAlias = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
VerifyingKey: TypeAlias = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey

LEAST_RSA_BITS = 2048
"""NIST SP 800-57: the least that is still allowed, and what card readers of public authorities give out."""

_CURVES = {"secp256r1": Algorithm.ECDSA_P256_SHA256, "secp384r1": Algorithm.ECDSA_P384_SHA384}
_HASHES = {Algorithm.ECDSA_P256_SHA256: hashes.SHA256(), Algorithm.ECDSA_P384_SHA384: hashes.SHA384()}
_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)


def signing_key(key: PrivateKeyTypes) -> SigningKey:
    """The same, known to be one of ours. Raises MalformedInput."""
    if isinstance(key, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        algorithm_of(key.public_key())
        return key
    raise MalformedInput(_OURS)


def verifying_key(key: PublicKeyTypes) -> VerifyingKey:
    """The same, known to be one of ours. Raises MalformedInput."""
    if isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        algorithm_of(key)
        return key
    raise MalformedInput(_OURS)


_OURS = f"not a key that signs here: Ed25519, EC P-256, EC P-384 or RSA of at least {LEAST_RSA_BITS} bits"


def algorithm_of(key: VerifyingKey) -> Algorithm:
    """What a key of this kind signs with. Raises MalformedInput for other curves and short keys."""
    match key:
        case ed25519.Ed25519PublicKey():
            return Algorithm.ED25519
        case ec.EllipticCurvePublicKey() if key.curve.name in _CURVES:
            return _CURVES[key.curve.name]
        case rsa.RSAPublicKey() if key.key_size >= LEAST_RSA_BITS:
            return Algorithm.RSA_PSS_SHA256
        case _:
            raise MalformedInput(_OURS)


def sign(key: SigningKey, text: bytes) -> bytes:
    """As :func:`algorithm_of` says. RSA takes a few milliseconds."""
    match key:
        case ed25519.Ed25519PrivateKey():
            return key.sign(text)
        case ec.EllipticCurvePrivateKey():
            return key.sign(text, ec.ECDSA(_HASHES[algorithm_of(key.public_key())]))
        case rsa.RSAPrivateKey():
            return key.sign(text, _PSS, hashes.SHA256())


def holds(key: VerifyingKey, signature: bytes, text: bytes) -> bool:
    """Whether this key signed exactly this text."""
    try:
        match key:
            case ed25519.Ed25519PublicKey():
                key.verify(signature, text)
            case ec.EllipticCurvePublicKey():
                key.verify(signature, text, ec.ECDSA(_HASHES[algorithm_of(key)]))
            case rsa.RSAPublicKey():
                key.verify(signature, text, _PSS, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def der_of(key: VerifyingKey) -> bytes:
    """SubjectPublicKeyInfo."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def parse_verifying_key(der: bytes) -> VerifyingKey:
    """Of a SubjectPublicKeyInfo in exactly the form that :func:`der_of` gives. Raises MalformedInput."""
    try:
        key = verifying_key(serialization.load_der_public_key(der))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedInput(f"public key: {error}") from error
    if der_of(key) != der:
        raise MalformedInput("public key: not in canonical DER")
    return key
