"""The manifest that the offline page's own tests read is what this programme seals, numbers beyond 2^53 included."""

from pathlib import Path

from bridge.ids import AgencyId, BridgePointId, NodeId, ParticipantId, ReceptionId, RecordingId, SeatId, TrackId
from bridge.manifest import (
    FORMAT,
    Manifest,
    ManifestPart,
    ManifestParticipant,
    ManifestSegment,
    ManifestTrack,
    chained,
    serialise_manifest,
)
from bridge.media import Codec, Moment, Source

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "web" / "client" / "offline" / "golden-manifest.json"
BIG = (2**53 - 1, 2**53, 2**53 + 1, 1_795_399_200_123_456_789, 2**63 - 1)
ODD = 'Nguyễn "A" \\ / \u2028 \t \x07 😀 </script>'


def segment(track: str, number: int, at: int) -> ManifestSegment:
    return ManifestSegment(
        number=number,
        key=f"recordings/golden/{track}/{number:05d}.webm",
        version="",
        bytes=number,
        sha256="a" * 64,
        container="webm",
        codec=Codec.VP8,
        width=320,
        height=180,
        frames=25,
        start_ns=at,
        end_ns=at,
        arrival_start_ns=-at,
        arrival_end_ns=at,
        start_utc_ns=at,
        end_utc_ns=at,
    )


def track(name: str, *times: int) -> ManifestTrack:
    segments = tuple(segment(name, number, at) for number, at in enumerate(times, 1))
    return ManifestTrack(TrackId(name), ParticipantId("p"), Source.CAMERA, Codec.VP8, 1, 0, 9, segments, (), ())


def golden() -> Manifest:
    person = ManifestParticipant(
        ParticipantId("p"), SeatId("s"), ODD, "chair", BridgePointId("b"), ODD, "central", (ODD,), 0, 9
    )
    return chained(
        Manifest(
            format=FORMAT,
            recording=RecordingId("golden"),
            reception=ReceptionId("r"),
            title=ODD,
            office=ODD,
            agency=AgencyId("a"),
            began=Moment(BIG[3], BIG[3]),
            ended=Moment(BIG[4], BIG[4]),
            duration_ns=9,
            parts=(ManifestPart(1, NodeId("n"), 0),),
            participants=(person,),
            tracks=(track("t1", *BIG), track("t2"), track("t3", *BIG)),
            events=(),
            software="test",
            sealed_utc_ns=BIG[4],
            audit_head="",
            journal_version="",
            journal_sha256="b" * 64,
        )
    )


def test_the_golden_manifest_is_what_is_sealed() -> None:
    """Made anew by: python -m tests.unit.web.test_offline_chain"""
    assert GOLDEN.read_bytes() == serialise_manifest(golden())


if __name__ == "__main__":
    GOLDEN.write_bytes(serialise_manifest(golden()))
