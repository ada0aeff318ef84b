"""Makes a MinIO server ready for :class:`storage.objects.minio.MinioObjects`: bucket, key, rights. With the root key.

The application's key may put, read, list and lock, and delete nothing but canaries and viewing copies. It has no
``s3:BypassGovernanceRetention``; but by the bypass header the pinned server lets whoever may set a retention replace a
GOVERNANCE lock by any other (it asks that right only for what stays in GOVERNANCE mode, and then forgives its lack).
That is how sealing needs no stronger key, and why the application must not have the right to delete the record.
"""

from typing import Any

from minio import MinioAdmin
from minio.commonconfig import ENABLED
from minio.credentials.providers import StaticProvider
from minio.error import MinioAdminException

from bridge.errors import Code, Unavailable
from storage.objects.address import S3Address
from storage.objects.s3 import client, pool, translated

POLICY = "diemcau-application"
CANARY = "canary/"
COPIES = "copies/"
"""Viewing copies: no evidence, under no lock, made anew from the record."""


def set_up(root: S3Address, access_key: str, secret_key: str, policy: str = POLICY, deletable: str = CANARY) -> None:
    """Idempotent. Raises Unavailable while the server is away; StoreUnfit for a bucket without versions or lock."""
    http = pool(root, 1)
    try:
        store = client(root, http)
        with translated(root.bucket):
            if not store.bucket_exists(root.bucket):
                store.make_bucket(root.bucket, object_lock=True)
        check_bucket(root)
        scheme, _, host = root.endpoint.partition("://")
        admin = MinioAdmin(
            endpoint=host,
            credentials=StaticProvider(root.access_key, root.secret_key),
            region=root.region,
            secure=scheme == "https",
            http_client=http,
        )
        try:
            admin.policy_add(policy, policy=rights(root.bucket, deletable))
            admin.user_add(access_key, secret_key)
            admin.policy_set(policy, user=access_key)
        except MinioAdminException as error:
            raise Unavailable(Code.OBJECTS_UNAVAILABLE, f"setting up the store: {error}") from error
    finally:
        http.clear()


class StoreUnfit(Exception):
    """The bucket cannot hold an archive. The text is one line for whoever runs the installation."""


def check_bucket(address: S3Address) -> None:
    """Raises StoreUnfit unless the bucket keeps versions and locks them; Unavailable."""
    http = pool(address, 1)
    try:
        store = client(address, http)
        with translated(address.bucket):
            versions = store.get_bucket_versioning(address.bucket).status
            if versions != ENABLED:
                raise StoreUnfit(f"bucket {address.bucket} keeps no versions")
            store.get_object_lock_config(address.bucket)
    finally:
        http.clear()


def rights(bucket: str, deletable: str = CANARY) -> dict[str, Any]:
    """The application's, as an IAM policy. ``deletable``: the prefix below which it may delete what no lock holds."""
    whole = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow(whole, "ListBucket", "GetBucketLocation", "GetBucketVersioning", "GetBucketObjectLockConfiguration"),
            _allow(
                f"{whole}/*",
                *("GetObject", "GetObjectVersion", "GetObjectRetention", "PutObject", "PutObjectRetention"),
                *("AbortMultipartUpload", "ListMultipartUploadParts"),
            ),
            _allow(f"{whole}/{deletable}*", "DeleteObject", "DeleteObjectVersion"),
            _allow(f"{whole}/{COPIES}*", "DeleteObject", "DeleteObjectVersion"),
            {"Effect": "Deny", "Action": ["s3:BypassGovernanceRetention"], "Resource": [f"{whole}/*"]},
        ],
    }


def _allow(resource: str, *actions: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [f"s3:{action}" for action in actions], "Resource": [resource]}
