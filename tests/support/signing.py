"""Signing keys in a test's own folder, and authorities that issue certificates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from bridge.ports import Clock
from bridge.sealing import SigningPorts
from storage.signing.algorithms import SigningKey
from storage.signing.checker import Signatures
from storage.signing.installation import InstallationKeys

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def own_keys(folder: Path, clock: Clock) -> InstallationKeys:
    """With a first key."""
    keys = InstallationKeys(folder, None, clock)
    keys.prepare()
    return keys


def signing_ports(folder: Path, clock: Clock) -> SigningPorts:
    """What sealing needs."""
    keys = own_keys(folder, clock)
    return SigningPorts(Signatures(), keys, keys)


def new_key(kind: str) -> SigningKey:
    """By the name of its algorithm."""
    match kind:
        case "ecdsa-p256-sha256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ecdsa-p384-sha384":
            return ec.generate_private_key(ec.SECP384R1())
        case "rsa-pss-sha256":
            return rsa.generate_private_key(65537, 2048)
        case _:
            return ed25519.Ed25519PrivateKey.generate()


def pem_of(key: SigningKey) -> bytes:
    """PKCS #8."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Issued(NamedTuple):
    """Somebody with a key and a certificate."""

    key: SigningKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def issued(
    name: str,
    by: Issued | None,
    now_utc_ns: int,
    *,
    authority: bool = False,
    kind: str = "ecdsa-p256-sha256",
    days: tuple[int, int] = (-1, 365),
    path_length: int | None = None,
    only: str = "",
) -> Issued:
    """A certificate by ``by`` (None: by itself), valid between these days from now; ``path_length``: how many
    authorities may stand below it; ``only``: names it is limited to, as a critical extension."""
    key = new_key(kind)
    now = EPOCH + timedelta(microseconds=now_utc_ns // 1000)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, issuer = (by.key, by.certificate.subject) if by else (key, subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=path_length), critical=True)
    )
    if only:
        names = x509.NameConstraints([x509.DNSName(only)], None)
        builder = builder.add_extension(names, critical=True)
    algorithm = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Issued(key, builder.sign(signer, algorithm))
