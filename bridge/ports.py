"""What the other rooms implement and ``bridge`` only names. Grouped by who implements.

deploy: Clock, Entropy · sfu: MediaNode · recorder: RecorderNode, Remuxer · storage: ObjectStore, Bag, LocalJournal
(repositories and the unit of work are in :mod:`bridge.repositories`) · signaling: JoinTokens, LiveRooms · web:
PasswordHasher, BagPages.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Protocol

import msgspec

from bridge.board import WatchedRoom
from bridge.control import (
    DownlinkAnswer,
    NodeFigures,
    NodeHealth,
    Numbered,
    ParticipantOrder,
    ProbeAnswer,
    ProbeOffer,
    RoomLines,
    RoomOrder,
    TapAnswer,
    TapOrder,
    UplinkAnswer,
    UplinkOffer,
    WantsOrder,
)
from bridge.handover import Handover
from bridge.ids import MonoNs, ParticipantId, ReceptionId, RecordingId, RoomId, SeatId, UtcNs
from bridge.recorder_control import ArmOrder, Proof, RecorderHealth, RecordingStatus


class Clock(Protocol):
    """The only source of time."""

    def mono(self) -> MonoNs:
        """Monotonic now."""
        ...

    def utc(self) -> UtcNs:
        """Wall clock now."""
        ...


class Entropy(Protocol):
    """The only source of randomness."""

    def token(self, bytes_: int = 16) -> str:
        """An unguessable URL-safe string of that many random bytes."""
        ...

    def id(self) -> str:
        """A fresh identifier: 20 lower-case letters and digits that sort by time of making."""
        ...

    def bits(self, count: int) -> int:
        """A random integer of that many bits (RTP sequence numbers, SSRCs, tie breakers)."""
        ...


class MediaNode(Protocol):
    """A media node's control API. Raises Unavailable(node_unavailable) when it does not answer within its time."""

    async def health(self) -> NodeHealth: ...

    async def put_room(self, room: RoomId, order: RoomOrder) -> None: ...

    async def delete_room(self, room: RoomId, *, goes_on: bool = False) -> None:
        """``goes_on``: on another node, so its recording is left, not stopped."""
        ...

    async def put_participant(self, room: RoomId, participant: ParticipantId, order: ParticipantOrder) -> None: ...

    async def delete_participant(self, room: RoomId, participant: ParticipantId) -> None: ...

    async def offer_uplink(self, room: RoomId, participant: ParticipantId, offer: UplinkOffer) -> UplinkAnswer: ...

    async def answer_downlink(self, room: RoomId, participant: ParticipantId, answer: DownlinkAnswer) -> None: ...

    async def restart_downlink(self, room: RoomId, participant: ParticipantId, *, keep: bool = False) -> None:
        """Drop the downlink's transport and offer anew (the browser came back with nothing); ``keep``: only its ICE
        restarts, for a browser whose network is another now."""
        ...

    async def put_wants(self, room: RoomId, participant: ParticipantId, order: WantsOrder) -> None:
        """Which pictures the participant's browser shows; the others are not sent there."""
        ...

    async def put_tap(self, room: RoomId, order: TapOrder) -> TapAnswer: ...

    async def delete_tap(self, room: RoomId) -> TapAnswer: ...

    async def room_lines(self, room: RoomId) -> RoomLines:
        """How everybody's lines are. Raises NotFound(unknown_room)."""
        ...

    async def figures(self) -> NodeFigures:
        """All of its rooms in numbers."""
        ...

    def events(self, run: str, after: int) -> AsyncIterator[Numbered]:
        """What follows ``after`` of ``run``; everything still kept when the run is another. Ends with
        the line."""
        ...


class ProbedNode(Protocol):
    """A media node, for who only tries a line."""

    async def probe(self, offer: ProbeOffer) -> ProbeAnswer:
        """Raises Refusal: malformed_sdp, too_many_requests; Unavailable(node_unavailable)."""
        ...


class RecorderNode(Protocol):
    """A recorder's control API. Raises Unavailable(recorder_unavailable) when it does not answer within its time."""

    async def health(self) -> RecorderHealth: ...

    async def arm(self, recording: RecordingId, order: ArmOrder) -> RecordingStatus: ...

    async def prove(self, recording: RecordingId) -> Proof: ...

    async def started(self, recording: RecordingId) -> RecordingStatus: ...

    async def finished(self, recording: RecordingId) -> RecordingStatus: ...

    async def status(self, recording: RecordingId) -> RecordingStatus: ...

    async def disarm(self, recording: RecordingId) -> None:
        """Forget an armed recording that never started; its spool is removed."""
        ...

    def events(self, run: str, after: int) -> AsyncIterator[Numbered]: ...


class StoredObject(msgspec.Struct, frozen=True):
    """What the store says of one object. ``version`` names these very bytes for ever; ``sha256`` hex."""

    key: str
    version: str
    bytes: int
    sha256: str
    retain_until_utc_ns: int


class ObjectVersion(NamedTuple):
    """These very bytes; ``version`` empty: whatever the key shows."""

    key: str
    version: str


class ReadableObjects(Protocol):
    """As much of a store as a verification needs: a folder that came on a disk is enough."""

    def read(
        self, key: str, version: str | None = None, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        """The bytes from ``start``, in chunks of at most 1 MiB. Raises NotFound."""
        ...


class ObjectStore(ReadableObjects, Protocol):
    """Objects that once written never change. Keys: ``/``-separated parts of ``[A-Za-z0-9._-]``, no leading dot.

    Raises Unavailable(objects_unavailable) when the store is away, Refusal(object_locked) where retention forbids,
    NotFound for an unknown key or version, Invalid for a bad key. Every method may be repeated safely.
    """

    async def answers(self) -> None:
        """Whether it is there. Raises Unavailable."""
        ...

    async def put(self, key: str, body: AsyncIterator[bytes] | bytes, retain_until_utc_ns: int) -> StoredObject:
        """Store whole or not at all; durable when it returns. The same bytes again under a key: the first answer;
        other bytes under a key: Refusal(object_exists)."""
        ...

    async def stat(self, key: str, version: str | None = None) -> StoredObject: ...

    def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        """In order of key."""
        ...

    async def extend_retention(self, key: str, version: str, retain_until_utc_ns: int) -> StoredObject:
        """Only ever lengthens; a shorter time is Refusal(object_locked). From here on nobody can break the lock, also
        when the time is the same: a record calls it once it is sealed."""
        ...

    async def retain_all(self, wanted: Iterable[ObjectVersion], until_utc_ns: int) -> None:
        """Each is kept at least so long, and from here on nobody can break its lock; what is locked for longer stays
        so. Several at a time; the first failure ends it, what was lengthened stays so."""
        ...

    async def delete(self, key: str, version: str) -> None:
        """Refusal(object_locked) before its retention ends."""
        ...


class LocalJournal(Protocol):
    """What this process's rooms decided while the database was away, on this machine's disk (storage): lines of
    :mod:`bridge.kept`, a file per room. Raises Unavailable(storage_unavailable) when the disk does not take it or the
    file is full; nothing of the call is in it then."""

    async def append(self, reception: ReceptionId, lines: Sequence[bytes]) -> None:
        """Synced when it returns."""
        ...

    async def read(self, reception: ReceptionId) -> bytes:
        """Everything; empty when there is nothing."""
        ...

    async def clear(self, reception: ReceptionId) -> None:
        """All of it is stored."""
        ...

    async def set_aside(self, reception: ReceptionId) -> str:
        """What cannot be stored is kept for a person to look at; the answer says where."""
        ...

    async def receptions(self) -> list[ReceptionId]:
        """Of which there are lines."""
        ...

    async def note(self, reception: ReceptionId, text: bytes) -> None:
        """A small text beside the lines, whole or not at all, that stays when they are cleared; empty: away with it."""
        ...

    async def noted(self, reception: ReceptionId) -> bytes:
        """Empty when there is none."""
        ...


class JoinGrant(msgspec.Struct, frozen=True):
    """What a join token says: this seat of this reception, opened by this account. ``device``: on what, in words, for
    who had the seat open before."""

    reception: ReceptionId
    seat: SeatId
    account: str
    session: str = ""
    """The sign-in (:class:`bridge.model.Session`) or visit by code that asked: the line holds no longer than it."""
    device: str = ""


class JoinTokens(Protocol):
    """Short-lived, single-use permission to open a room's socket (signaling)."""

    def mint(self, grant: JoinGrant, at: str = "") -> str:
        """A token that holds 120 s. ``at``: whose socket it opens (:meth:`LiveRooms.address`), empty: ours."""
        ...

    async def redeem(self, token: str) -> JoinGrant:
        """Raises TokenRefused: token_invalid, token_expired, token_used."""
        ...


class LiveRooms(Protocol):
    """The rooms that this process has, as an operator watches them (signaling); that from memory, also while the
    database is away. And where a room is."""

    def watched(self) -> Sequence[WatchedRoom]:
        """In no order."""
        ...

    async def address(self, reception: ReceptionId) -> str:
        """Of the process that has the room: another one that lives, else this one, which takes over what is under way
        there. An origin where that is configured, else a bare name. Raises Unavailable."""
        ...

    def watched_room(self, reception: ReceptionId) -> WatchedRoom | None:
        """None when it is not here, or nobody was in it for long."""
        ...


class PasswordHasher(Protocol):
    """argon2id (web)."""

    def hash(self, password: str) -> str: ...

    def verify(self, stored: str, password: str) -> bool:
        """False for a wrong password; constant work also when ``stored`` is empty."""
        ...


class SecretBox(Protocol):
    """Enciphers small secrets for the database, by a key that does not lie in it."""

    def seal(self, secret: bytes, about: str) -> str:
        """``about``: whose it is; it opens for nobody else."""
        ...

    def open(self, sealed: str, about: str) -> bytes | None:
        """None when another key sealed it, it is somebody else's, or it was changed."""
        ...

    def mark(self, secret: bytes, about: str) -> str:
        """The same for the same secret, and reckoned by nobody without the key: to look it up by."""
        ...


class Remuxer(Protocol):
    """Gives a stored segment in a form that browsers play, without decoding (recorder)."""

    async def browser_form(self, container: str, body: bytes) -> tuple[str, bytes]:
        """(media type with codecs, bytes): WebM as it is, H264 in Matroska as fragmented MP4. Raises MalformedInput."""
        ...


class BagFile(msgspec.Struct, frozen=True):
    """A payload file as it was written: its path below ``data/``, its size, its hash."""

    path: str
    bytes: int
    sha256: str


class Bag(Protocol):
    """A bag (RFC 8493) in the making. Nothing is in its place before ``finish``; leaving without it leaves nothing.

    Every method raises NotExported when it cannot be written there.
    """

    async def __aenter__(self) -> "Bag": ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def expect(self, size: int) -> None:
        """So many bytes are about to come: refused at once where there is no room for them."""
        ...

    async def add(self, path: str, body: AsyncIterator[bytes] | bytes) -> BagFile:
        """One payload file, hashed while it is written."""
        ...

    async def finish(self, tags: Mapping[str, bytes], info: Sequence[tuple[str, str]]) -> Sequence[BagFile]:
        """With these files beside the payload and these lines in bag-info.txt; durable when it returns the payload."""
        ...


class BagPages(Protocol):
    """What a bag tells people (web): by file name the readable summary and the page that plays and verifies it."""

    def pages(self, handover: Handover) -> Mapping[str, bytes]: ...


class Notices(Protocol):
    """Published facts after commit, in one process (deploy): services publish, rooms and pages listen."""

    def publish(self, reception: ReceptionId, kind: str, body: Mapping[str, str]) -> None: ...
