"""The installation's keys: one that signs, and the public halves of all that ever signed."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from bridge.errors import Code, MalformedInput, Unavailable
from bridge.keylists import InstallationKey, KeysNow
from bridge.ports import Clock
from bridge.signing import KeyId, ManifestSignature, Trust, key_id, manifest_signature
from storage.signing.algorithms import SigningKey, VerifyingKey, algorithm_of, der_of, sign, verifying_key
from storage.signing.certificates import chain_fault, subject
from storage.signing.certified import CertifiedKey, SigningFiles, load_certified
from storage.signing.fault import KeyFault, parsed
from storage.signing.keyfolder import KeyFolder
from storage.signing.pem import PemFile, certificates_pem, public_pem

Answer = TypeVar("Answer")


class InstallationKeys:
    """:class:`bridge.keylists.PublicKeys`; ``prepare`` first.

    What is no coroutine blocks, and raises KeyFault. A configured X.509 key takes the place of our own; it is read
    anew at each signature, so that a renewed certificate counts at once.
    """

    def __init__(self, folder: Path, configured: SigningFiles | None, clock: Clock) -> None:
        self._folder = KeyFolder(folder)
        self._configured = configured
        self._clock = clock

    async def sign(self, text: bytes) -> ManifestSignature:
        """By the key in use."""
        return await _refusing(lambda: self._sign(text))

    async def trust(self) -> Trust:
        """Every known key, also those that sign no more. No private key is read."""
        return await _refusing(lambda: Trust(frozenset(str(key.id) for key in self._folder.known())))

    async def now(self) -> KeysNow:
        """The key in use, and all."""
        return await _refusing(lambda: KeysNow(self.prepare(), self.known()))

    @property
    def certified(self) -> bool:
        """Whether the key in use has an X.509 certificate."""
        return self._configured is not None

    def prepare(self) -> KeyId:
        """The key in use; the first of our own is made here, and a configured one becomes known."""
        with self._folder.held():
            if self._configured is None and not self._folder.has_current():
                return self._folder.use(Ed25519PrivateKey.generate())
            return key_id(der_of(self._in_use().key.public_key()))

    def make(self) -> SigningKey:
        """A new key of our own: known, so that the key in use can list it, and not in use yet."""
        self._refuse_configured()
        made = Ed25519PrivateKey.generate()
        self.know(made)
        return made

    def know(self, key: SigningKey) -> None:
        """Its public half, before it is in use."""
        with self._folder.held():
            self._known_key(key.public_key())

    def rotate(self, made: SigningKey | None = None) -> KeyId:
        """A new key of our own signs from now on; the public half of the one before stays known."""
        self._refuse_configured()
        with self._folder.held():
            return self._folder.use(made or Ed25519PrivateKey.generate())

    def take_in(self, pem: bytes) -> list[KeyId]:
        """A private key becomes the one in use; public keys and a signer's certificate become known."""
        found = self._taken(pem)
        with self._folder.held():
            taken = [self._folder.use(key) for key in found.private]
            taken += [self._known_key(key) for key in found.public]
            return taken + ([self._known_chain(found.certificates)] if found.certificates else [])

    def announce(self, pem: bytes) -> None:
        """What :meth:`take_in` will put into use is known already, so that the key in use lists it."""
        for key in self._taken(pem).private:
            self.know(key)

    def _taken(self, pem: bytes) -> PemFile:
        found = parsed(pem, "this file")
        if found.private:
            self._refuse_configured()
        if len(found.private) > 1 or (found.private and found.certificates):
            raise KeyFault("one private key without certificate; one that has a certificate is archive.signing_key")
        if found.certificates and (fault := chain_fault(found.certificates)):
            raise KeyFault(f"a signer's certificate and then its issuers: {fault}")
        return found

    def known(self) -> list[InstallationKey]:
        """All of them."""
        return self._folder.known()

    def exported(self) -> bytes:
        """Public keys and certificates as one PEM file: what verifiers are given."""
        return self._folder.exported()

    def _sign(self, text: bytes) -> ManifestSignature:
        with self._folder.held():
            key, chain = self._in_use()
        public = key.public_key()
        certificates = tuple(one.public_bytes(Encoding.DER) for one in chain)
        return manifest_signature(algorithm_of(public), der_of(public), sign(key, text), certificates)

    def _in_use(self) -> CertifiedKey:
        """Known before anything is signed by it."""
        if self._configured is None:
            return CertifiedKey(self._folder.current(), [])
        certified = load_certified(self._configured, self._clock.utc())
        self._known_chain(certified.chain)
        return certified

    def _known_key(self, key: VerifyingKey) -> KeyId:
        known = key_id(der_of(key))
        self._folder.know(known, public_pem(key))
        return known

    def _known_chain(self, chain: list[x509.Certificate]) -> KeyId:
        try:
            known = key_id(der_of(verifying_key(chain[0].public_key())))
        except MalformedInput as error:
            raise KeyFault(f"{subject(chain[0])}: {error}") from error
        self._folder.know(known, certificates_pem(chain))
        return known

    def _refuse_configured(self) -> None:
        if self._configured is not None:
            raise KeyFault("archive.signing_key is configured: put the new key and its certificate there")


async def _refusing(step: Callable[[], Answer]) -> Answer:
    try:
        return await asyncio.to_thread(step)
    except KeyFault as fault:
        raise Unavailable(Code.SIGNING_UNAVAILABLE, str(fault)) from fault
