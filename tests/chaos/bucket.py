"""What lies in the bucket after a loop, as only the root key can see it: every version and every marker."""

from collections import Counter

import msgspec

from bridge.manifest import Manifest, ordered_segments
from deploy.objectplace import objects_place
from deploy.storeprocess import ROOT_KEY
from storage.objects.address import S3Address
from storage.objects.s3 import client, pool
from tests.chaos.installation import Installation


def stored_twice(installation: Installation, manifest: Manifest, prefix: str) -> list[str]:
    """Each object once, no version behind another, no delete marker, and no file that no manifest knows."""
    root = _root(installation)
    http = pool(root, 1)
    try:
        found = list(client(root, http).list_objects(root.bucket, prefix=prefix, recursive=True, include_version=True))
    finally:
        http.clear()
    faults = [f"store: {one.object_name} has a delete marker" for one in found if one.is_delete_marker]
    versions = Counter(str(one.object_name) for one in found)
    faults += [f"store: {key} has {count} versions" for key, count in versions.items() if count > 1]
    known = {segment.key for segment in ordered_segments(manifest.tracks)}
    files = {key for key in versions if "/" in key.removeprefix(prefix)}
    faults += [f"store: {key} is in no manifest" for key in sorted(files - known)]
    return faults + [f"store: {key} is missing" for key in sorted(known - files)]


def _root(installation: Installation) -> S3Address:
    place = objects_place(installation.configuration, installation.folder)
    assert isinstance(place, S3Address)
    secret = installation.folder.secret("store-root")
    return msgspec.structs.replace(place, access_key=ROOT_KEY, secret_key=secret)
