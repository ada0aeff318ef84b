"""The object store on MinIO, or another S3 server with object lock: a versioned and locked bucket.

A segment is locked in GOVERNANCE mode when it is put and in COMPLIANCE mode when it is sealed
(:meth:`MinioObjects.extend_retention`): then nobody at all can remove it earlier, its owner included. The lock is of
one version; a later object or a delete marker on the same key only hides it, so what matters is read by its version.
"""

import hashlib
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

import msgspec
import urllib3
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.datatypes import Object
from minio.error import S3Error
from minio.retention import Retention

from bridge.errors import Code, Invalid, NotFound, Refusal, Unavailable
from bridge.ports import Clock, ObjectVersion, StoredObject
from storage.hashed import pieces_of
from storage.objects.address import S3Address
from storage.objects.keys import key_parts, prefix_folder
from storage.objects.retaining import retain_all
from storage.objects.s3 import LOCKED_UNTIL, RETAIN, SHA256, client, lock_ns, lock_time, pool, translated
from storage.objects.threads import StoreThreads

CHUNK = 1 << 20
"""The port's limit for a chunk that is read."""
WINDOW = 8 << 20
"""Read with one request: few enough round trips for a verification, and nothing stays open between two chunks."""
IN_MEMORY = 16 << 20
"""A body is hashed before it is sent; a minute of one track fits, what is longer waits in a temporary file."""
PART = 64 << 20
"""Sent as one; longer objects in parts of this size."""
THREADS = 8
"""They wait for the network, not for the disk."""
BATCH = 100
"""Objects listed per visit to a thread."""


class MinioObjects:
    """:class:`bridge.ports.ObjectStore`. ``close`` last. A cancelled put may have stored its object: just repeat it."""

    def __init__(self, address: S3Address, clock: Clock) -> None:
        self._bucket = address.bucket
        self._clock = clock
        self._http: urllib3.PoolManager = pool(address, THREADS)
        self._client = client(address, self._http)
        self._threads = StoreThreads(THREADS)

    async def prepare(self) -> None:
        """Nothing: a recorder must start, and keep its spool, also while the store is away."""

    async def answers(self) -> None:
        """For whoever asks whether the store is there. Raises Unavailable."""
        await self._threads.run(self._answers)

    def _answers(self) -> None:
        with translated(self._bucket):
            if not self._client.bucket_exists(self._bucket):
                raise Unavailable(Code.OBJECTS_UNAVAILABLE, f"there is no bucket {self._bucket}")

    async def put(self, key: str, body: AsyncIterator[bytes] | bytes, retain_until_utc_ns: int) -> StoredObject:
        """Sent only once the whole body is here, so that a body that fails leaves nothing."""
        key_parts(key)
        with SpooledTemporaryFile(IN_MEMORY) as file:
            waiting = cast(BinaryIO, file)  # has all of its methods, but not the name of the type
            digest = hashlib.sha256()
            async for piece in pieces_of(body):
                await self._threads.run(_keep, waiting, digest, piece)
            return await self._threads.run(self._put, key, waiting, digest.hexdigest(), retain_until_utc_ns)

    def _put(self, key: str, body: BinaryIO, sha256: str, until_utc_ns: int) -> StoredObject:
        if (present := self._present(key)) is not None:
            return _same(present, sha256)
        self._refuse_folder(key)
        size = body.tell()
        body.seek(0)
        metadata: dict[str, str | list[str] | tuple[str]] = {SHA256: sha256, RETAIN: str(until_utc_ns)}
        if size <= PART:
            metadata["x-amz-checksum-algorithm"] = "SHA256"
            metadata["x-amz-checksum-sha256"] = _base64(sha256)
        locked = Retention(GOVERNANCE, lock_time(until_utc_ns)) if until_utc_ns > self._clock.utc() else None
        try:
            with translated(key):
                made = self._client.put_object(
                    self._bucket, key, body, size, metadata=metadata, retention=locked,
                    part_size=PART, num_parallel_uploads=1,
                )  # fmt: skip
        except Refusal as refusal:
            if refusal.code is not Code.OBJECT_EXISTS:
                raise
            return _same(self._stat(key, None), sha256)  # another was quicker
        return StoredObject(key, str(made.version_id or ""), size, sha256, until_utc_ns)

    def _refuse_folder(self, key: str) -> None:
        """As on a disk, a key is an object or a folder: an archive must be able to leave as files."""
        parts = key.split("/")
        above = ("/".join(parts[:end]) for end in range(1, len(parts)))
        if any(self._present(name) is not None for name in above) or any(self._walk(key + "/", 1)):
            raise Invalid(Code.INVALID_FIELD, f"{key} would be both an object and a folder", field="key")

    async def read(
        self, key: str, version: str | None = None, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        """All of it from one version, whatever comes to lie over it meanwhile."""
        if start < 0 or (length is not None and length < 0):
            raise Invalid(Code.INVALID_FIELD, f"no such range: {start}, {length}", field="range")
        stored = await self.stat(key, version)
        end = min(stored.bytes, start + (sys.maxsize if length is None else length))
        while start < end:
            window = await self._threads.run(self._get, key, stored.version, start, min(WINDOW, end - start))
            for place in range(0, len(window), CHUNK):
                yield window[place : place + CHUNK]
            start += len(window)

    def _get(self, key: str, version: str, start: int, length: int) -> bytes:
        """Twice when it breaks off: a server that finds its own bytes damaged has no other way to say so."""
        with translated(key, version):
            broken: Exception | None = None
            for _ in range(2):
                answer = self._client.get_object(self._bucket, key, start, length, version_id=version or None)
                try:
                    return answer.read()
                except urllib3.exceptions.ProtocolError as error:
                    broken = error
                finally:
                    answer.close()
                    answer.release_conn()
            self._stat(key, version)  # raises Unavailable when it is the server that has gone
        raise NotFound(Code.OBJECT_DAMAGED, f"{key} cannot be read from {start}: {broken}")

    async def stat(self, key: str, version: str | None = None) -> StoredObject:
        """The hash is the one recorded at the put; only a verification reads the bytes."""
        key_parts(key)
        return await self._threads.run(self._stat, key, version)

    def _stat(self, key: str, version: str | None) -> StoredObject:
        with translated(key, version):
            return _stored(self._client.stat_object(self._bucket, key, version_id=version or None))

    def _present(self, key: str) -> StoredObject | None:
        try:
            return self._stat(key, None)
        except Refusal as refusal:
            if refusal.code is not Code.NOT_FOUND:
                raise
            return None

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        """In order of key, as S3 promises; an object that comes or goes meanwhile may be in it or not."""
        prefix_folder(prefix)
        found = self._walk(prefix)
        while batch := await self._threads.run(self._batch, found):
            for stored in batch:
                if stored is not None:
                    yield stored

    def _batch(self, found: Iterator[str]) -> Sequence[StoredObject | None]:
        """Each asked for: a list of S3 tells neither hash nor lock."""
        return [self._present(key) for key in islice(found, BATCH)]

    def _walk(self, prefix: str, limit: int | None = None) -> Iterator[str]:
        with translated(prefix):
            found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
            for entry in islice(found, limit):
                yield str(entry.object_name)

    async def extend_retention(self, key: str, version: str, retain_until_utc_ns: int) -> StoredObject:
        """From here on in COMPLIANCE mode."""
        key_parts(key)
        return await self._threads.run(self._lengthen, key, version, retain_until_utc_ns)

    def _lengthen(self, key: str, version: str, until_utc_ns: int) -> StoredObject:
        present = self._stat(key, version)
        if until_utc_ns < present.retain_until_utc_ns:
            raise Refusal(Code.OBJECT_LOCKED, f"{key}: retention only ever lengthens")
        end = lock_time(until_utc_ns)
        with translated(key, present.version):
            self._client.set_object_retention(self._bucket, key, Retention(COMPLIANCE, end), version_id=present.version)
        if lock_time(present.retain_until_utc_ns) == end:
            return present
        # What the server would say, without asking: a recording's sealing locks a thousand objects.
        return msgspec.structs.replace(present, retain_until_utc_ns=lock_ns(end.isoformat()))

    async def retain_all(self, wanted: Iterable[ObjectVersion], until_utc_ns: int) -> None:
        """As many at a time as it has threads for, or nearly."""
        await retain_all(self, wanted, until_utc_ns)

    async def delete(self, key: str, version: str) -> None:
        """By the server's clock. Of that version: without one S3 would only hide the object."""
        key_parts(key)
        await self._threads.run(self._remove, key, version)

    def _remove(self, key: str, version: str) -> None:
        present = self._stat(key, version)
        with translated(key, present.version):
            try:
                self._client.remove_object(self._bucket, key, version_id=present.version)
            except S3Error as error:
                if error.code != "AccessDenied":
                    raise
                raise Refusal(Code.OBJECT_LOCKED, f"{key}: the application's key may not delete it") from error

    def close(self) -> None:
        """Wait for what is under way; drop the connections. Idempotent."""
        self._threads.close()
        self._http.clear()


def _keep(waiting: BinaryIO, digest: "hashlib._Hash", piece: bytes) -> None:
    digest.update(piece)
    waiting.write(piece)


def _base64(sha256: str) -> str:
    return b64encode(bytes.fromhex(sha256)).decode()


def _same(present: StoredObject, sha256: str) -> StoredObject:
    if present.sha256 != sha256:
        raise Refusal(Code.OBJECT_EXISTS, present.key)
    return present


def _stored(found: Object) -> StoredObject:
    said = {str(name).lower(): str(value) for name, value in (found.metadata or {}).items()}
    asked = int(said.get(RETAIN, "0"))
    locked = lock_ns(said.get(LOCKED_UNTIL, ""))
    until = asked if not locked or lock_time(asked) == lock_time(locked) else locked
    return StoredObject(
        str(found.object_name), str(found.version_id or ""), found.size or 0, said.get(SHA256, ""), until
    )
