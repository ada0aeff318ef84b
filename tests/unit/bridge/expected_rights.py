"""What each role may do, in sentences for a person to read and agree to: written from the law and the product's
description, not from ``bridge/policy.py``, which is compared with it.

``seat``: in the very reception in which they sit, whichever agency holds it. ``own``: everything of their account's
agency. ``below``: everything of the agencies under it as well. What is not said is forbidden: nobody has any right over
an agency above or beside theirs, nor over a reception without a seat in it, unless it stands here.
"""

from collections.abc import Mapping

TAKES_PART = "see_reception prepare join"
IS_HEARD = "set_own_microphone set_own_camera raise_hand"
"""Gate 5 keeps the microphone closed until the chair gives the floor; the right is to open it then."""

SHOWS_PAPERS = "share_screen"
WRITES = "write_to_all"
AMONG_OFFICIALS = "officials_line"
"""What officials write to each other, no citizen reads."""

CONDUCTS = "open_doors change cancel interrupt resume call_next admit give_floor mute_others answer_help"
KEEPS = "schedule see_reception open_doors change cancel invite"
"""The office's receptions; whoever invites can read a citizen's code, which the audit tells."""

HOLDS_THE_CHAIR = "start close return_chair"
READS_RECORDINGS = (
    "see_archive play_recording verify_recording search_person see_readings export_recording copy_recording"
)

EXPECTED: Mapping[str, Mapping[str, str]] = {
    # Receives the citizens: alone begins and ends; keeps the office's receptions and reads their recordings.
    "chair": {
        "seat": f"{TAKES_PART} {IS_HEARD} {WRITES} {AMONG_OFFICIALS} {SHOWS_PAPERS} {CONDUCTS} {HOLDS_THE_CHAIR}",
        "own": f"{KEEPS} {READS_RECORDINGS}",
    },
    # Conducts beside the chair, but neither begins nor ends; takes the chair when nobody holds it; no recordings.
    "secretary": {
        "seat": f"{TAKES_PART} {IS_HEARD} {WRITES} {AMONG_OFFICIALS} {SHOWS_PAPERS} {CONDUCTS} take_chair",
        "own": KEEPS,
    },
    # Must be at the centre with the receiver (L22): speaks when asked, brings documents, conducts nothing
    # until they take a chair that nobody holds.
    "advisor": {"seat": f"{TAKES_PART} {IS_HEARD} {WRITES} {AMONG_OFFICIALS} {SHOWS_PAPERS} take_chair"},
    "agency": {"seat": f"{TAKES_PART} {IS_HEARD} {WRITES} {AMONG_OFFICIALS} {SHOWS_PAPERS}"},
    # The citizen's side: heard when the chair gives the floor (L21), shows what they brought.
    "citizen": {"seat": f"{TAKES_PART} {IS_HEARD} {WRITES} {SHOWS_PAPERS}"},
    "representative": {"seat": f"{TAKES_PART} {IS_HEARD} {WRITES} {SHOWS_PAPERS}"},
    "lawyer": {"seat": f"{TAKES_PART} {IS_HEARD} {WRITES} {SHOWS_PAPERS}"},
    # Speaks for others, and shows nothing.
    "interpreter": {"seat": f"{TAKES_PART} {IS_HEARD} {WRITES}"},
    # Helps with the line; sees the receptions of the places they keep running, conducts none; comes in by consent.
    "operator": {
        "seat": f"{TAKES_PART} {IS_HEARD} {WRITES} {AMONG_OFFICIALS}",
        "own": "see_reception watch_rooms offer_help capture_packets tend_nodes",
        "below": "see_reception watch_rooms offer_help capture_packets tend_nodes",
    },
    # Hears and sees, sends nothing.
    "observer": {"seat": TAKES_PART},
    # No seat in a room; the record of the lower agencies is kept at the centre too.
    "archivist": {"own": READS_RECORDINGS, "below": READS_RECORDINGS},
    # Sets up their part of the tree, and sees what is there and who read it; neither plays nor asks who is in it.
    "administrator": {
        "own": f"set_up {KEEPS} watch_rooms see_archive see_readings capture_packets tend_nodes",
        "below": "set_up see_reception watch_rooms see_archive see_readings capture_packets tend_nodes",
    },
}
