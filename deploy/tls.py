"""TLS: the given certificate, or a self-signed one (browsers give no camera without https but on localhost)."""

import datetime
import ipaddress
import os
import socket
import ssl
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.configuration import Configuration, ConfigurationFault
from deploy.folder import DataFolder

_VALID_DAYS = 397
"""Browsers refuse server certificates that hold longer than 398 days."""


def server_context(configuration: Configuration, folder: DataFolder) -> ssl.SSLContext | None:
    """None on loopback without a given certificate: plain http. Raises ConfigurationFault for a bad certificate."""
    web = configuration.web
    if configuration.loopback_only and not web.tls_cert:
        return None
    certificate, key = (Path(web.tls_cert), Path(web.tls_key)) if web.tls_cert else _own(configuration, folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationFault(f"web.tls_cert {certificate}: {error}") from error
    return context


def own_context() -> ssl.SSLContext:
    """For a client of our own pages on our own machine, where nobody stands between and the certificate may be
    self-signed."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _own(configuration: Configuration, folder: DataFolder) -> tuple[Path, Path]:
    certificate, key = folder.tls / "certificate.pem", folder.tls / "key.pem"
    names = {configuration.listen, *configuration.announced, "127.0.0.1", "localhost"}
    if not key.exists() or not _serves(certificate, names):
        folder.tls.mkdir(mode=0o700, exist_ok=True)
        _make(certificate, key, names)
    return certificate, key


def _serves(certificate: Path, names: Iterable[str]) -> bool:
    """Whether it still holds, and for all of these names: addresses change, and a year goes by."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    holds = datetime.datetime.now(datetime.UTC) < found.not_valid_after_utc
    return holds and {_name(name) for name in names} <= set(said)


def _make(certificate: Path, key: Path, names: Iterable[str]) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    said = x509.SubjectAlternativeName([_name(name) for name in sorted(names)])
    built = (
        _self_signed(private, socket.gethostname()[:64] or "diemcau")
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=_VALID_DAYS))
        .add_extension(said, critical=False)
        .sign(private, hashes.SHA256())
    )
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_text(private))
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))


def lasting_pair(name: str) -> bytes:
    """A new key and its own certificate (PEM, one behind the other) that holds for good: for who is known by the key
    itself, on machines whose clocks nobody has looked at."""
    private = ec.generate_private_key(ec.SECP256R1())
    built = (
        _self_signed(private, name)
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC))  # RFC 5280, 4.1.2.5: no end
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    return _text(private) + built.public_bytes(serialization.Encoding.PEM)


def _self_signed(private: ec.EllipticCurvePrivateKey, name: str) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
    )


def _text(private: ec.EllipticCurvePrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return private.private_bytes(encoding, form, serialization.NoEncryption())


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
