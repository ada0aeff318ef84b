"""Whether the bucket's lock really locks: a small object is locked for a minute, and everything is tried on it.

Nobody reads a canary. It stands for the evidence: where it can be removed, so can a recording.
"""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

from minio import Minio
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.retention import Retention

from bridge.errors import NotFound
from bridge.ids import NS_PER_S
from storage.objects.address import S3Address
from storage.objects.minio_setup import CANARY
from storage.objects.s3 import LOCKED_UNTIL, client, lock_ns, lock_time, pool, translated

LOCKED_S = 60
"""Long enough for the attempts, short enough that canaries do not gather."""
SHORTER_S = 30
_BODY = b"canary\n"


def release(address: S3Address, name: str, now_utc_ns: int) -> list[str]:
    """What was possible and must not be, in words; empty when the lock holds. Blocks. Raises Unavailable."""
    http = pool(address, 1)
    try:
        store = client(address, http)
        _remove_expired(store, address.bucket)
        return _faults(store, address.bucket, CANARY + name, now_utc_ns)
    finally:
        http.clear()


def _faults(store: Minio, bucket: str, key: str, now_utc_ns: int) -> list[str]:
    end_ns = now_utc_ns + LOCKED_S * NS_PER_S
    with translated(key):
        lock = Retention(COMPLIANCE, lock_time(end_ns))
        made = store.put_object(bucket, key, BytesIO(_BODY), len(_BODY), retention=lock)
    if not made.version_id:
        return [f"bucket {bucket} keeps no versions"]
    faults = []
    for what, attempt in _attempts(store, bucket, key, made.version_id, now_utc_ns).items():
        with translated(key), suppress(S3Error):
            attempt()
        # Not what the server answers counts, but what is there afterwards.
        if not _holds(store, bucket, key, made.version_id, end_ns):
            faults.append(f"a locked object could be {what}")
    return faults


def _attempts(store: Minio, bucket: str, key: str, version: str, now_utc_ns: int) -> dict[str, Callable[[], object]]:
    """By what it would mean. The pool adds the bypass header to changes of retention."""
    sooner = lock_time(now_utc_ns + SHORTER_S * NS_PER_S)

    def remove_by_force() -> None:
        gone = [DeleteObject(key, version)]
        list(store.remove_objects(bucket, gone, bypass_governance_mode=True))

    def shorten(mode: str) -> None:
        store.set_object_retention(bucket, key, Retention(mode, sooner), version_id=version)

    return {
        "unlocked early": lambda: shorten(COMPLIANCE),
        "locked less strictly": lambda: shorten(GOVERNANCE),
        "removed": lambda: store.remove_object(bucket, key, version_id=version),
        "removed by force": remove_by_force,
    }


def _holds(store: Minio, bucket: str, key: str, version: str, end_ns: int) -> bool:
    try:
        with translated(key, version):
            said = store.stat_object(bucket, key, version_id=version).metadata or {}
    except NotFound:
        return False
    strict = str(said.get("x-amz-object-lock-mode")) == COMPLIANCE
    return strict and lock_time(lock_ns(str(said.get(LOCKED_UNTIL, "")))) >= lock_time(end_ns)


def _remove_expired(store: Minio, bucket: str) -> None:
    """Those of earlier starts; what is still locked stays until a later one."""
    with translated(CANARY):
        for left in store.list_objects(bucket, prefix=CANARY, recursive=True):
            found = store.stat_object(bucket, str(left.object_name))
            with suppress(S3Error):
                store.remove_object(bucket, str(left.object_name), version_id=found.version_id)
