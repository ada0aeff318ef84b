"""The installation's own keys on its disk. Everything here blocks and raises KeyFault.

::

    FOLDER/current           id of the key that signs, when no X.509 key is configured
    FOLDER/ID.key.pem        its private half; removed when another takes its place
    FOLDER/ID.pem            public key, or certificate chain, of each key that signs, signed or was made known
    FOLDER/.lock             held while a key is made, changed or read to sign
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import MalformedInput
from bridge.keylists import InstallationKey
from bridge.signing import KeyId, key_id
from storage.durable import sync_file, sync_folder
from storage.lock import FileLock
from storage.signing.algorithms import SigningKey, algorithm_of, der_of, verifying_key
from storage.signing.certificates import spki_of, subject
from storage.signing.fault import KeyFault, parsed, read_bytes
from storage.signing.pem import private_pem, public_pem

_PRIVATE, _PUBLIC = ".key.pem", ".pem"


class KeyFolder:
    """Made at its first use."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def held(self) -> Iterator[None]:
        """Alone, between all processes."""
        try:
            self._root.mkdir(mode=0o700, exist_ok=True)
            with FileLock(self._root / ".lock"):
                yield
        except OSError as error:
            raise KeyFault(f"signing keys in {self._root}: {error.strerror or error}") from error

    def has_current(self) -> bool:
        """Whether a key of our own was ever made."""
        return self._current.exists()

    def current(self) -> SigningKey:
        """The key of our own that signs."""
        path = self._root / f"{read_bytes(self._current).decode('ascii', 'replace').strip()}{_PRIVATE}"
        found = parsed(read_bytes(path), str(path))
        if len(found.private) != 1:
            raise KeyFault(f"{path} holds {len(found.private)} private keys, 1 expected")
        return found.private[0]

    def use(self, key: SigningKey) -> KeyId:
        """Known first, then in use, then the one before is removed: killed anywhere, there is one that signs."""
        made = key_id(der_of(key.public_key()))
        self.know(made, public_pem(key.public_key()))
        self._write(self._root / f"{made}{_PRIVATE}", private_pem(key))
        self._write(self._current, f"{made}\n".encode())
        for old in self._root.glob(f"*{_PRIVATE}"):
            if old.name != f"{made}{_PRIVATE}":
                old.unlink()
        sync_folder(self._root)
        return made

    def know(self, key: KeyId, pem: bytes) -> None:
        """Its public half, or its certificates; for ever."""
        path = self._root / f"{key}{_PUBLIC}"
        if not path.exists() or path.read_bytes() != pem:
            self._write(path, pem)

    def known(self) -> list[InstallationKey]:
        """All, in order of id."""
        return [_known(path) for path in self._public()]

    def exported(self) -> bytes:
        """All of them as one PEM file."""
        return b"".join(read_bytes(path) for path in self._public())

    @property
    def _current(self) -> Path:
        return self._root / "current"

    def _public(self) -> list[Path]:
        return sorted(path for path in self._root.glob(f"*{_PUBLIC}") if not path.name.endswith(_PRIVATE))

    def _write(self, path: Path, content: bytes) -> None:
        beside = path.with_name(f"{path.name}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        sync_file(beside)
        beside.replace(path)
        sync_folder(self._root)


def _known(path: Path) -> InstallationKey:
    found = parsed(read_bytes(path), str(path))
    certificate = found.certificates[0] if found.certificates else None
    if certificate is None and not found.public:
        raise KeyFault(f"{path} holds no public key and no certificate")
    try:
        key = verifying_key(certificate.public_key()) if certificate else found.public[0]
    except MalformedInput as error:
        raise KeyFault(f"{path}: {error}") from error
    known = key_id(spki_of(certificate) if certificate else der_of(key))
    if path.name != f"{known}{_PUBLIC}":
        raise KeyFault(f"{path} holds the key {known}")
    return InstallationKey(known, algorithm_of(key), subject(certificate) if certificate else "")
