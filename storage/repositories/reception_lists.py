"""Statements of the lists of receptions, made once for each form of question: making one costs as much as asking it.

Those of the agencies and those with a seat are two halves of one statement, each answered by its own index: as one
condition, with "or" between, neither would be.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, union_all
from sqlalchemy.sql.selectable import CompoundSelect

from bridge.finding import ReceptionCursor, ReceptionFilter
from bridge.search import MAX_WORDS, folded
from storage.among import among_given
from storage.tables import reception_seats, receptions

_ROW = receptions.c
_SEAT = reception_seats.c


class Form(NamedTuple):
    """What of a question decides its statement. ``agencies``: how many are named, at most 2; None: all."""

    agencies: int | None
    seated: bool
    begins: bool
    ends: bool
    public: bool
    states: bool
    words: int
    after: bool
    newest_first: bool


def form_of(asked: ReceptionFilter, after: ReceptionCursor | None) -> Form | None:
    """None: nothing can be found."""
    words = _words(asked)
    if asked.title.strip() and not words:  # nothing but signs is in no title
        return None
    agencies = None if asked.agencies is None else min(2, len(asked.agencies))
    seated = agencies is not None and bool(asked.account)
    if agencies == 0 and not seated:
        return None
    return Form(
        agencies=agencies,
        seated=seated,
        begins=asked.from_utc_ns is not None,
        ends=asked.before_utc_ns is not None,
        public=asked.public is not None,
        states=asked.states is not None,
        words=len(words),
        after=after is not None,
        newest_first=asked.newest_first,
    )


def values_of(asked: ReceptionFilter, after: ReceptionCursor | None, limit: int) -> dict[str, Any]:
    """Of the statement's parameters."""
    agencies = sorted(asked.agencies or ())
    return {
        "agency": agencies[0] if agencies else "",
        "agencies": agencies,
        "account": asked.account,
        "begin": asked.from_utc_ns,
        "end": asked.before_utc_ns,
        "public": asked.public,
        "states": sorted(asked.states or ()),
        "after_start": after.starts_utc_ns if after else None,
        "after_id": after.id if after else None,
        "limit": limit,
        **{f"word{place}": f"% {word}%" for place, word in enumerate(_words(asked))},
    }


def _words(asked: ReceptionFilter) -> list[str]:
    return folded(asked.title)[:MAX_WORDS]


@lru_cache(maxsize=256)
def statement(form: Form) -> Select[Any] | CompoundSelect[Any]:
    """At most ``limit`` rows of each half, which the caller puts together."""
    halves = list(_halves(form))
    if len(halves) == 1:
        return halves[0]
    return union_all(*(select(half.subquery()) for half in halves))


def _halves(form: Form) -> Iterator[Select[Any]]:
    page = _page(select(receptions), form, _ROW.starts_utc_ns, _ROW.id)
    if form.agencies is None:
        yield page
    elif form.agencies == 1:  # compared by itself: the index behind it gives the order
        yield page.where(_ROW.agency == bindparam("agency"))
    elif form.agencies > 1:
        yield page.where(among_given(_ROW.agency, "agencies"))
    if form.seated:  # no plan gives an account two seats
        seats = select(receptions).join(reception_seats, _SEAT.reception == _ROW.id)
        theirs = seats.where(_SEAT.account == bindparam("account"))
        yield _page(theirs, form, _SEAT.starts_utc_ns, _SEAT.reception)


def _page(of: Select[Any], form: Form, start: ColumnElement[int], key: ColumnElement[str]) -> Select[Any]:
    """Behind the place and in order. ``start``, ``key``: the columns of the index that has both."""
    order = (start.desc(), key.desc()) if form.newest_first else (start, key)
    return of.where(*_held(form, start), *_behind(form, start, key)).order_by(*order).limit(bindparam("limit"))


def _held(form: Form, start: ColumnElement[int]) -> Iterable[ColumnElement[bool]]:
    for place in range(form.words):
        yield _ROW.title_words.like(bindparam(f"word{place}"))
    if form.begins:
        yield start >= bindparam("begin")
    if form.ends:
        yield start < bindparam("end")
    if form.public:
        yield _ROW.public == bindparam("public")
    if form.states:
        yield among_given(_ROW.state, "states")


def _behind(form: Form, start: ColumnElement[int], key: ColumnElement[str]) -> list[ColumnElement[bool]]:
    if not form.after:
        return []
    there_start: ColumnElement[int] = bindparam("after_start")
    there_key: ColumnElement[str] = bindparam("after_id")
    if form.newest_first:
        farther, there = or_(start < there_start, key < there_key), start <= there_start
    else:
        farther, there = or_(start > there_start, key > there_key), start >= there_start
    # the half that names one column alone lets the index find the place
    return [and_(there, farther)]
