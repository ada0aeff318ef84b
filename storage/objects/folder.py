"""Where the directory store keeps things, and the steps on its disk. Everything here blocks.

::

    ROOT/a/b/name            the bytes, read-only; the object exists when this file does
    ROOT/a/b/.name.json      its :class:`Sidecar`, written before the bytes appear
    ROOT/.incoming/…         what is being written; locked by its writer, so that a dead one's is known
    ROOT/.lock               held while names appear, change or go: by one thread of one process at a time

No key has a part with a leading dot, so none can meet the store's own names.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bridge.errors import Code, Invalid, NotFound, Refusal
from bridge.ports import StoredObject
from storage.durable import make_folders, sync_folder
from storage.lock import FileLock
from storage.objects.arrival import Arrival, remove_if_left
from storage.objects.keys import key_parts, prefix_folder

INCOMING = ".incoming"
VERSION_DIGITS = 16
"""Hex digits of the sha256 that make a version: under one key there is only ever one content."""


class Sidecar(msgspec.Struct, frozen=True):
    """What is known of an object beside its bytes; ``sha256`` hex, as counted when it was stored."""

    bytes: int
    sha256: str
    retain_until_utc_ns: int


class ObjectFolder:
    """The files of one store. Raises Invalid, NotFound (with code object_damaged: the bytes are there, their record
    is not), Refusal(object_locked | object_exists); OSError when the disk refuses.

    Without ``prepare`` a folder is only read, as it is: a copy of an archive on another disk.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / INCOMING
        # What must be there as long as the disk is: an unmounted one leaves an empty folder behind.
        self._sign = root

    def prepare(self) -> None:
        """Make what is missing, and remove what killed writers left."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._incoming.mkdir(exist_ok=True)
        sync_folder(self._root)
        with self._lock():
            for left in self._incoming.iterdir():
                remove_if_left(left)
        self._sign = self._incoming

    def receive(self, arrival: Arrival) -> None:
        """Give it a file; under the lock, so that ``prepare`` elsewhere never meets one that is not yet held."""
        with self._lock():
            arrival.open(self._incoming)

    def accept(self, key: str, arrival: Arrival, retain_until_utc_ns: int) -> StoredObject:
        """Give what arrived its key, durably; the first answer when the key has these very bytes already."""
        parts = key_parts(key)
        arrival.finish()
        sidecar = Sidecar(arrival.bytes, arrival.sha256, retain_until_utc_ns)
        with self._lock():
            if (present := self._present(key)) is not None:
                if present.sha256 != sidecar.sha256:
                    raise Refusal(Code.OBJECT_EXISTS, key)
                return present
            path = self._place(parts)
            self._write_sidecar(path, sidecar)
            arrival.link(path)
            sync_folder(path.parent)
        return _stored(key, sidecar)

    def stat(self, key: str, version: str | None) -> StoredObject:
        """What was recorded when it was stored."""
        present = self._present(key)
        if present is None:
            raise self._missing(key)
        if version and version != present.version:
            raise NotFound(Code.NOT_FOUND, f"version {version} of {key}")
        return present

    def read(self, key: str, start: int, length: int) -> bytes:
        """At most ``length`` bytes from ``start``; fewer only at the end."""
        path = self._root.joinpath(*key_parts(key))
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise self._missing(key) from error
        try:
            # Beyond the end is nothing, also where the kernel's offsets end.
            return os.pread(file, length, start) if start < os.fstat(file).st_size else b""
        finally:
            os.close(file)

    def lengthen(self, key: str, version: str, retain_until_utc_ns: int) -> StoredObject:
        """Keep it longer; the same time again changes nothing."""
        with self._lock():
            present = self.stat(key, version)
            if retain_until_utc_ns < present.retain_until_utc_ns:
                raise Refusal(Code.OBJECT_LOCKED, f"{key}: retention only ever lengthens")
            sidecar = Sidecar(present.bytes, present.sha256, retain_until_utc_ns)
            path = self._root.joinpath(*key_parts(key))
            self._write_sidecar(path, sidecar)
            sync_folder(path.parent)
        return _stored(key, sidecar)

    def remove(self, key: str, version: str, now_utc_ns: int) -> None:
        """Only after its retention; the folders that it leaves empty go too."""
        with self._lock():
            present = self.stat(key, version)
            if now_utc_ns < present.retain_until_utc_ns:
                raise Refusal(Code.OBJECT_LOCKED, f"{key} is retained")
            path = self._root.joinpath(*key_parts(key))
            path.unlink()
            _sidecar_path(path).unlink()
            sync_folder(path.parent)
            self._prune(path.parent)

    def walk(self, prefix: str) -> Iterator[StoredObject]:
        """Everything whose key begins so, in order of key; what goes away meanwhile is left out."""
        folder = prefix_folder(prefix)
        self._sign.stat()
        for key in _keys(self._root.joinpath(*folder), "".join(part + "/" for part in folder)):
            if key.startswith(prefix) and (present := self._present(key)) is not None:
                yield present

    def _present(self, key: str) -> StoredObject | None:
        path = self._root.joinpath(*key_parts(key))
        if not path.is_file():
            return None
        try:
            return _stored(key, msgspec.json.decode(_sidecar_path(path).read_bytes(), type=Sidecar))
        except (FileNotFoundError, msgspec.DecodeError) as error:
            if not path.is_file():
                return None
            raise NotFound(Code.OBJECT_DAMAGED, f"{key}: its record is lost: {error}") from error

    def _place(self, parts: list[str]) -> Path:
        """Where the bytes will be, its folder made. Invalid where a key would have to be both object and folder."""
        path = self._root.joinpath(*parts)
        try:
            make_folders(path.parent, self._root)
        except (FileExistsError, NotADirectoryError) as error:
            raise _both(parts) from error
        if path.is_dir():
            raise _both(parts)
        return path

    def _missing(self, key: str) -> NotFound:
        """OSError when it is the whole store that is missing."""
        self._sign.stat()
        return NotFound(Code.NOT_FOUND, f"object {key}")

    def _write_sidecar(self, path: Path, sidecar: Sidecar) -> None:
        arrival = Arrival()
        try:
            arrival.open(self._incoming)
            arrival.write(msgspec.json.encode(sidecar))
            arrival.finish()
            arrival.rename(_sidecar_path(path))
        finally:
            arrival.close()

    def _prune(self, folder: Path) -> None:
        while folder != self._root and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
            sync_folder(folder)

    def _lock(self) -> FileLock:
        return FileLock(self._root / ".lock")


def _both(parts: list[str]) -> Invalid:
    return Invalid(Code.INVALID_FIELD, f"{'/'.join(parts)} would be both an object and a folder", field="key")


def _keys(folder: Path, above: str) -> Iterator[str]:
    """In order of the whole key: a folder's name counts with its slash, so that ``a-b`` precedes ``a/b``."""
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name + "/" * entry.is_dir() for entry in found if not entry.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        if name.endswith("/"):
            yield from _keys(folder / name, above + name)
        else:
            yield above + name


def _sidecar_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.json")


def _stored(key: str, sidecar: Sidecar) -> StoredObject:
    version = sidecar.sha256[:VERSION_DIGITS]
    return StoredObject(key, version, sidecar.bytes, sidecar.sha256, sidecar.retain_until_utc_ns)
