"""How an S3 server is reached and what its answers mean. Everything here blocks.

::

    no such key or version              → NotFound
    retention forbids                   → Refusal(object_locked)
    the key is there already            → Refusal(object_exists)
    no answer, full, busy, wrong keys   → Unavailable(objects_unavailable), with the server's own word in the detail
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from bridge.errors import Code, NotFound, Refusal, Unavailable
from storage.objects.address import S3Address

CONNECT_S, READ_S = 2.0, 20.0
"""A store on the same network answers in milliseconds; a put of 64 MiB on a busy disk takes seconds."""

SHA256 = "x-amz-meta-sha256"
"""Hex, of the whole object: ours, because a checksum of S3's own is of parts when there are several."""
RETAIN = "x-amz-meta-retain-until-utc-ns"
"""What was asked for at the put: the server keeps milliseconds, and no time that lies in the past."""
LOCKED_UNTIL = "x-amz-object-lock-retain-until-date"
"""S3's own."""

_RETENTION = re.compile(r"[?&]retention\b")

_MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "XMinioObjectExistsAsDirectory"})
# A version that no server of this kind would give: asked with HEAD there is no word, only the status.
_NO_VERSION = frozenset({"InvalidArgument", "BadRequest"})


class ConditionalPool(urllib3.PoolManager):
    """Connections that put a new object or nothing, and that may turn a GOVERNANCE lock into a COMPLIANCE one.

    minio-py can say neither ``If-None-Match`` nor the bypass of a change of retention, so they are added here. The
    bypass frees nothing by itself: the key needs the right for what it then asks (:mod:`storage.objects.minio_setup`).
    """

    def urlopen(self, method: str, url: str, redirect: bool = True, **request: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override]  # what the base answers
        """As asked, with the condition on whatever begins an object."""
        headers = request.get("headers") or {}
        if method in ("PUT", "POST") and SHA256 in headers:
            request["headers"] = {**headers, "If-None-Match": "*"}
        elif method == "PUT" and _RETENTION.search(url):
            request["headers"] = {**headers, "x-amz-bypass-governance-retention": "true"}
        return super().urlopen(method, url, redirect=redirect, **request)


def pool(address: S3Address, connections: int) -> urllib3.PoolManager:
    """No hidden retries: who calls knows whether repeating is right."""
    return ConditionalPool(
        maxsize=connections,
        timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S),
        retries=urllib3.Retry(total=0, redirect=0, raise_on_status=False),
        ca_certs=address.certificates or certifi.where(),
    )


def client(address: S3Address, http: urllib3.PoolManager) -> Minio:
    """Asks nothing yet: the region is given, so that no request is spent on it."""
    parts = urlsplit(address.endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{address.endpoint!r} is not of the form http(s)://HOST:PORT")
    return Minio(
        parts.netloc,
        access_key=address.access_key,
        secret_key=address.secret_key,
        secure=parts.scheme == "https",
        region=address.region,
        http_client=http,
    )


@contextmanager
def translated(key: str, version: str | None = None) -> Iterator[None]:
    """Raises the refusal that stands for what the server said of this object."""
    try:
        yield
    except S3Error as error:
        raise _of_answer(error, key, version) from error
    except (urllib3.exceptions.HTTPError, MinioException, OSError) as error:
        raise Unavailable(Code.OBJECTS_UNAVAILABLE, f"{key}: {type(error).__name__}: {error}") from error


def _of_answer(error: S3Error, key: str, version: str | None) -> Refusal:
    code = str(error.code)
    if code in _MISSING or (version and code in _NO_VERSION):
        return NotFound(Code.NOT_FOUND, f"object {key}" + (f", version {version}" if version else ""))
    if code == "PreconditionFailed":
        return Refusal(Code.OBJECT_EXISTS, key)
    if "WORM" in str(error.message):
        return Refusal(Code.OBJECT_LOCKED, f"{key}: {error.message}")
    return Unavailable(Code.OBJECTS_UNAVAILABLE, f"{key}: {code}: {error.message}")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NS_PER_MS = 1_000_000


def lock_time(utc_ns: int) -> datetime:
    """The same time in the server's milliseconds, never earlier."""
    return _EPOCH + timedelta(milliseconds=-(-utc_ns // _NS_PER_MS))


def lock_ns(text: str) -> int:
    """What the server says, in ns since 1970; 0 when it says nothing."""
    if not text:
        return 0
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1) * _NS_PER_MS
