"""Of which room and whom a line of the log speaks: ids alone, carried along by whatever runs for them.

Each room of the house says so where its work begins (a request, a task); ``deploy`` writes it down with each line.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

IDS = ("room", "participant", "recording", "job")
"""Nothing else is carried: no name, code, token or word that somebody wrote."""

_NOBODY: Mapping[str, str] = MappingProxyType({})
_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default=_NOBODY)


@contextmanager
def about(**ids: str) -> Iterator[None]:
    """What runs inside speaks of these too. Raises ValueError for what is no id."""
    with _set({**_ABOUT.get(), **_checked(ids)}):
        yield


@contextmanager
def about_only(**ids: str) -> Iterator[None]:
    """Of these and of nobody by whose request it happens to begin: for tasks that outlive it."""
    with _set(_checked(ids)):
        yield


def spoken_of() -> Mapping[str, str]:
    """By name, in the order of :data:`IDS`."""
    known = _ABOUT.get()
    return {name: known[name] for name in IDS if name in known}


def _checked(ids: Mapping[str, str]) -> Mapping[str, str]:
    if unknown := sorted(ids.keys() - set(IDS)):
        raise ValueError(f"no ids: {unknown}")
    return ids


@contextmanager
def _set(ids: Mapping[str, str]) -> Iterator[None]:
    token = _ABOUT.set(ids)
    try:
        yield
    finally:
        _ABOUT.reset(token)
