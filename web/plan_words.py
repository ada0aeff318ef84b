"""What somebody else changed of a reception's plan, in a reader's words."""

from collections.abc import Iterable, Mapping

from bridge.model import ReceptionKind
from bridge.plans import Difference, What
from web.labels import KINDS
from web.times import Times
from web.words import Words, mark

_SENTENCES: Mapping[What, str] = {
    What.TITLE: mark("The title is now “{now}”."),
    What.KIND: mark("The kind is now “{now}”."),
    What.TIME: mark("It now begins at {now}."),
    What.PUBLIC: mark("Whether it stands on the public page was changed."),
    What.NOTE: mark("The note is now “{now}”."),
    What.SEAT_ADDED: mark("{now} was added. You find them below."),
    What.SEAT_REMOVED: mark("{now} was removed."),
    What.SEAT_CHANGED: mark("Name, role, place or company of {now} were changed."),
    What.CASE_ADDED: mark("The case “{now}” was added. You find it below."),
    What.CASE_REMOVED: mark("The case “{now}” was removed."),
    What.CASE_RENAMED: mark("A case is now called “{now}”."),
    What.CASES_MOVED: mark("The cases are in another order."),
}


def told_differences(found: Iterable[Difference], words: Words, times: Times) -> list[str]:
    """A sentence each."""
    return [words.t(_SENTENCES[one.what], now=_now(one, words, times)) for one in found]


def _now(one: Difference, words: Words, times: Times) -> str:
    if one.what is What.KIND:
        return words.t(KINDS[ReceptionKind(one.now)])
    return times.moment(int(one.now)) if one.what is What.TIME else one.now
