"""Manifests at hand: a player asks for hundreds of segments of one recording, and each is found by its manifest."""

import hashlib
from collections import OrderedDict

from bridge.errors import Code, MalformedInput, NotFound, Refusal
from bridge.ids import TrackId
from bridge.manifest import Manifest, ManifestSegment, parse_manifest
from bridge.model import RecordingRow
from bridge.ports import ObjectStore
from bridge.verification import read_whole

_KEPT = 8


class Manifests:
    """The last few, by their hash, so that a wrong one is never taken for the sealed one."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._kept: OrderedDict[str, Manifest] = OrderedDict()

    async def of(self, row: RecordingRow) -> Manifest:
        """Raises NotFound(not_sealed), Refusal(object_damaged), Unavailable."""
        if not row.manifest_key:
            raise NotFound(Code.NOT_SEALED, f"recording {row.id}")
        if (kept := self._kept.get(row.manifest_sha256)) is not None:
            self._kept.move_to_end(row.manifest_sha256)
            return kept
        manifest = await self._read(row)
        self._kept[row.manifest_sha256] = manifest
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return manifest

    async def _read(self, row: RecordingRow) -> Manifest:
        text = await read_whole(self._objects, row.manifest_key, row.manifest_version or None)
        if hashlib.sha256(text).hexdigest() != row.manifest_sha256:
            raise Refusal(Code.OBJECT_DAMAGED, row.manifest_key, path=row.manifest_key)
        try:
            return parse_manifest(text)
        except MalformedInput as error:
            raise Refusal(Code.OBJECT_DAMAGED, f"{row.manifest_key}: {error}", path=row.manifest_key) from error


def segment_of(manifest: Manifest, track: TrackId, number: int) -> ManifestSegment:
    """Raises NotFound."""
    for one in manifest.tracks:
        if one.id == track:
            for segment in one.segments:
                if segment.number == number:
                    return segment
    raise NotFound(detail=f"segment {number} of track {track} of recording {manifest.recording}")
