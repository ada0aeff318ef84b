"""What a room does about what its node and its recorder tell. Plain calls: nothing here waits."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from bridge import control, recorder_control
from bridge.control import NodeEvent
from bridge.events import Event, RecordingHealth, RecordingMoved, SourceEnded, SourcePublished, SpeakersMoved
from bridge.ids import MonoNs, ParticipantId
from bridge.policy import SYSTEM
from bridge.recorder_control import RecorderEvent
from bridge.rules import may_receive
from bridge.states import OVER, UNDER_WAY, ReceptionState
from signaling.arrivals import Arrivals
from signaling.members import Members
from signaling.memory import EVERYTHING, Memory
from signaling.wire import Speakers

Post = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]

_HEALTH = {health.value: health for health in RecordingHealth}


class Hearing:
    """``post`` hands work to the room's turn. A node ends rooms only when told to, so RoomGone is no news."""

    def __init__(self, memory: Memory, members: Members, arrivals: Arrivals, post: Post) -> None:
        self._memory = memory
        self._members = members
        self._arrivals = arrivals
        self._post = post
        self._speaking: tuple[ParticipantId, ...] = ()
        self._dominant: ParticipantId | None = None
        self._telling = False
        self._silent_ns: MonoNs | None = None
        """When the node was last heard of, while it does not answer."""
        self._spoken_utc_ns = 0
        """When somebody began to speak or lead, or ended, for the last time."""
        self._tap = RecordingHealth.WRITING
        self._untapped = False
        self.store_available = True
        self.waiting_bytes = 0
        """What the recorder keeps until the store is back."""
        self._spool_full = False
        self._table: Mapping[type[NodeEvent | RecorderEvent], Callable[[Any], None]] = {
            control.TransportChanged: self._transport,
            control.TrackPublished: self._published,
            control.TrackUnpublished: self._unpublished,
            control.DownlinkOffer: self._offer,
            control.WithheldChanged: self._withheld,
            control.UnwantedChanged: self._unwanted,
            control.SpeakersChanged: self._speakers,
            control.TapChanged: self._tap_changed,
            recorder_control.StoreChanged: self._store_changed,
            recorder_control.SpoolChanged: self._spool_changed,
        }

    def hear(self, event: NodeEvent | RecorderEvent) -> None:
        """Events that concern no room's present are passed over. Raises Unavailable when nothing more can be kept."""
        if (answer := self._table.get(type(event))) is not None:
            answer(event)

    def _here(self, participant: ParticipantId) -> bool:
        return participant in self._memory.present.participants

    def _note(self, action: str, event: Event) -> None:
        self._memory.at_once(SYSTEM, action, [event], room=EVERYTHING)

    def _transport(self, event: control.TransportChanged) -> None:
        member = self._members.get(event.participant)
        if member is None:
            return
        if event.state == "lost":
            member.dead.add(event.direction)
            self._post(lambda: self._arrivals.media_lost(event.participant))
        elif event.state == "connected":
            member.dead.discard(event.direction)
            self._post(lambda: self._arrivals.media_back(event.participant))

    def _published(self, event: control.TrackPublished) -> None:
        if not self._here(event.participant):
            return
        if self._memory.present.participant(event.participant).tracks.get(event.source) != event.track:
            published = SourcePublished(event.participant, event.track, event.source, event.codec)
            self._note("NotePublished", published)

    def _unpublished(self, event: control.TrackUnpublished) -> None:
        if not self._here(event.participant):
            return
        if self._memory.present.participant(event.participant).tracks.get(event.source) == event.track:
            self._note("NoteEnded", SourceEnded(event.participant, event.track, event.source))

    def _offer(self, event: control.DownlinkOffer) -> None:
        member = self._members.get(event.participant)
        if member is not None and self._here(event.participant):  # an order to end their media may be under way
            member.forward(event)

    def _withheld(self, event: control.WithheldChanged) -> None:
        member = self._members.get(event.participant)
        if member is not None and self._here(event.participant):
            member.tell_withheld(event.tracks)

    def _unwanted(self, event: control.UnwantedChanged) -> None:
        member = self._members.get(event.participant)
        if member is not None and self._here(event.participant):
            member.tell_unwanted(event.sources)

    def _speakers(self, event: control.SpeakersChanged) -> None:
        """Told and noted once per turn of the loop: a node that repeats its past says many at once."""
        self._speaking, self._dominant = event.participants, event.dominant
        if not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_soon(self._tell_soon)

    def node_away(self, heard: MonoNs) -> None:
        """It does not answer, and was last heard of then."""
        if self._silent_ns is None:
            self._silent_ns = heard

    def node_answers(self) -> None:
        """It is there, and goes on where it was."""
        self._silent_ns = None

    def node_lost(self) -> None:
        """The room is on another node, or on one that began anew: who spoke was cut off when it was last heard of, and
        who speaks from now on the other one says."""
        silent_ns, self._silent_ns = self._silent_ns, None
        if self._speaking or self._dominant:
            self._speaking, self._dominant = (), None
            self._tell_speakers(silent_ns)

    def spoke_elsewhere(self, spoke: SpeakersMoved, heard: MonoNs) -> None:
        """They were heard until then by another owner of the room, on a node that it has left or that began anew."""
        self._speaking, self._dominant = spoke.participants, spoke.dominant
        self.node_away(heard)
        self.node_lost()

    def _tell_soon(self) -> None:
        if self._telling:
            self._tell_speakers()

    def _tell_speakers(self, at: MonoNs | None = None) -> None:
        """``at``: where that is not now."""
        self._telling = False
        present = self._memory.present
        if present.state in OVER:
            return
        speaking = tuple(one for one in self._speaking if one in present.participants)
        for participant, member in self._members.items():
            if member.line is not None and self._here(participant) and may_receive(present, participant):
                member.line.send("speakers", Speakers(speaking))
        if present.state is ReceptionState.LIVE:
            dominant = self._dominant if self._dominant in present.participants else None
            moved = SpeakersMoved(speaking, dominant)
            self._spoken_utc_ns = self._memory.note(SYSTEM, "NoteSpeakers", [moved], at, self._spoken_utc_ns)

    # ── the recording's health: the worst that anybody says ────────────────────────────────────────────────────

    def _tap_changed(self, event: control.TapChanged) -> None:
        if event.recording == self._memory.present.recording and event.state in _HEALTH:
            self._tap = _HEALTH[event.state]
            self._weigh()

    def tapped(self, there: bool) -> None:
        """A node without a tap does not say by itself that nothing is recorded."""
        self._untapped = not there
        self._weigh()

    def recorder_restarted(self) -> None:
        """It says anew what is wrong; what its earlier run said last may have ended unheard."""
        self.store_available, self.waiting_bytes, self._spool_full = True, 0, False
        self._weigh()

    def _store_changed(self, event: recorder_control.StoreChanged) -> None:
        if event.recording == self._memory.present.recording:
            self.store_available, self.waiting_bytes = event.available, event.waiting_bytes
            self._weigh()

    def _spool_changed(self, event: recorder_control.SpoolChanged) -> None:
        if event.recording == self._memory.present.recording:
            self._spool_full = event.state == "full"
            self._weigh()

    def _health(self) -> RecordingHealth:
        if self._untapped or self._spool_full or self._tap is RecordingHealth.NOT_RECORDING:
            return RecordingHealth.NOT_RECORDING
        if self._tap is RecordingHealth.DEGRADED or not self.store_available:
            return RecordingHealth.DEGRADED
        return RecordingHealth.WRITING

    def _weigh(self) -> None:
        health = self._health()
        if self._memory.present.state in UNDER_WAY and self._memory.present.recording_health is not health:
            self._note("NoteRecording", RecordingMoved(health))
