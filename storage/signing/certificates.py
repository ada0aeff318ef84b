"""X.509 certificates of signers: read, and followed from the signer to somebody who is trusted.

Revocation is not asked: a verifier may be without network, years later. Whose certificate was revoked is taken out of
what is trusted.
"""

import hashlib
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtensionOID

from bridge.errors import MalformedInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 8
"""Steps from a signer to who is trusted; public authorities need three."""


def parse_certificate(der: bytes) -> x509.Certificate:
    """Everything in it that is looked at later is looked at here once. Raises MalformedInput."""
    try:
        with warnings.catch_warnings():
            # Of serial numbers that are not positive: of no weight here, and old authorities have them.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        _ = certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string(), certificate.extensions
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (
        ValueError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        x509.InvalidVersion,
    ) as error:
        raise MalformedInput(f"certificate: {error}") from error
    return certificate


def spki_of(certificate: x509.Certificate) -> bytes:
    """Its public key as SubjectPublicKeyInfo in DER, whatever its kind."""
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def fingerprint_of(der: bytes) -> str:
    """sha256 hex, as ``openssl x509 -fingerprint -sha256`` prints it."""
    return hashlib.sha256(der).hexdigest()


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether this authority signed it, and may sign certificates at all."""
    return _signed_by(certificate, issuer) and _is_authority(issuer, 0)


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        if isinstance(certificate.signature_hash_algorithm, hashes.SHA1 | hashes.MD5):
            return False  # two certificates with one such hash can be made
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate, below: int) -> bool:
    """``below``: how many authorities stand between it and the signer (RFC 5280 4.2.1.3, 4.2.1.9)."""
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not basic.ca or (basic.path_length is not None and basic.path_length < below):
            return False
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid


_UNDERSTOOD = frozenset(
    {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE,
     ExtensionOID.CERTIFICATE_POLICIES, ExtensionOID.SUBJECT_ALTERNATIVE_NAME}
)  # fmt: skip


def _understood(certificate: x509.Certificate) -> bool:
    """Whether it demands nothing that we do not know (RFC 5280 4.2: critical extensions)."""
    return all(one.oid in _UNDERSTOOD for one in certificate.extensions if one.critical)


def may_sign(certificate: x509.Certificate) -> bool:
    """Whether its holder may sign what is not a certificate (RFC 5280 4.2.1.3)."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def ended_before(certificate: x509.Certificate, utc_ns: int) -> bool:
    """Whether it was no longer valid at that time."""
    return certificate.not_valid_after_utc < _EPOCH + timedelta(microseconds=utc_ns // 1000)


def begins_after(certificate: x509.Certificate, utc_ns: int) -> bool:
    """Whether it was not valid yet at that time."""
    return certificate.not_valid_before_utc > _EPOCH + timedelta(microseconds=utc_ns // 1000)


def chain_fault(chain: Sequence[x509.Certificate]) -> str:
    """Which certificate was not issued by the next, in words; empty when all were.

    A last one that issued itself proves itself; one whose issuer is elsewhere only that issuer can prove. A certificate
    that was changed can cost a record its trust, but never gain it any.
    """
    for certificate, issuer in pairwise(chain):
        if not issued_by(certificate, issuer):
            return f"{subject(certificate)} was not issued by {subject(issuer)}"
    last = chain[-1]
    if last.issuer == last.subject and not _signed_by(last, last):
        return f"{subject(last)} was not issued by itself"
    return ""


def leads_to(chain: Sequence[x509.Certificate], trusted: Iterable[x509.Certificate], utc_ns: int) -> bool:
    """Whether the first of the chain is trusted, or was issued, over the chain's others, by somebody who is.

    A certificate counts that had not ended at that time. One that begins later counts as well: a record may be sealed
    the moment before its office gets a new certificate, and be signed the moment after.
    """

    def counts(certificate: x509.Certificate) -> bool:
        return not ended_before(certificate, utc_ns) and _understood(certificate)

    trusted = list(filter(counts, trusted))
    reached = chain[0]
    for below in range(_LONGEST):
        if not counts(reached):
            return False
        if any(reached == one or (_signed_by(reached, one) and _is_authority(one, below)) for one in trusted):
            return True
        others = (one for one in chain if one != reached and _is_authority(one, below))
        above = next((one for one in others if _signed_by(reached, one)), None)
        if above is None:
            return False
        reached = above
    return False


def subject(certificate: x509.Certificate) -> str:
    """For people (RFC 4514)."""
    return certificate.subject.rfc4514_string()
