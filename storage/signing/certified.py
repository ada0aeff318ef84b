"""The office's X.509 key: where the configuration says, checked at the start and at each signature."""

from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography import x509

from storage.signing.algorithms import SigningKey, der_of
from storage.signing.certificates import begins_after, chain_fault, ended_before, may_sign, spki_of, subject
from storage.signing.fault import KeyFault, parsed, read_bytes


class SigningFiles(msgspec.Struct, frozen=True):
    """PEM files of the private key and of its certificate, the issuers' behind it."""

    key: Path
    certificate: Path


class CertifiedKey(NamedTuple):
    """What signs, and what says whose it is."""

    key: SigningKey
    chain: list[x509.Certificate]


def load_certified(files: SigningFiles, now_utc_ns: int) -> CertifiedKey:
    """Blocks. Raises KeyFault in one line that names the configuration's key."""
    where = f"archive.signing_key {files.key}"
    private = parsed(read_bytes(files.key), where).private
    if len(private) != 1:
        raise KeyFault(f"{where}: holds {len(private)} private keys, 1 expected")
    where = f"archive.signing_certificate {files.certificate}"
    chain = parsed(read_bytes(files.certificate), where).certificates
    fault = _fault(private[0], chain, now_utc_ns) if chain else "holds no certificate"
    if fault:
        raise KeyFault(f"{where}: {fault}")
    return CertifiedKey(private[0], chain)


def _fault(key: SigningKey, chain: list[x509.Certificate], now_utc_ns: int) -> str:
    own = chain[0]
    if spki_of(own) != der_of(key.public_key()):
        return "is not the certificate of archive.signing_key (it comes first in the file)"
    if ended_before(own, now_utc_ns):
        return f"expired on {own.not_valid_after_utc:%Y-%m-%d %H:%M} UTC ({subject(own)})"
    if begins_after(own, now_utc_ns):
        return f"is not valid before {own.not_valid_before_utc:%Y-%m-%d %H:%M} UTC ({subject(own)})"
    if not may_sign(own):
        return f"its key usage allows no signatures ({subject(own)})"
    return chain_fault(chain)
