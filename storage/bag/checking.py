"""Checks a bag as a bag: whole, nothing added, nothing changed. Only reads, and collects every fault. Blocks."""

import errno
import hashlib
import os
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import msgspec

from bridge.errors import MalformedInput
from bridge.faults import Fault
from storage.bag.text import (
    DECLARATION_NAME,
    INFO_NAME,
    PAYLOAD,
    PAYLOAD_NAME,
    TAGS_NAME,
    check_declaration,
    parse_hashes,
    parse_info,
    serialise_hashes,
)

OXUM = "Payload-Oxum"


class BagCheck(msgspec.Struct, frozen=True):
    """``files`` and ``bytes`` that were found, tag files included."""

    files: int
    bytes: int
    faults: tuple[Fault, ...]


class _Found(msgspec.Struct, frozen=True):
    """What lies in the bag: sizes by path, and what is neither file nor folder."""

    sizes: Mapping[str, int]
    strange: tuple[Fault, ...]


def looks_like_bag(folder: Path) -> bool:
    """Whether it says that it is one."""
    return (folder / DECLARATION_NAME).is_file()


def check_bag(root: Path, known: Mapping[str, str]) -> BagCheck:
    """``known``: sha256 by path of payload files whose bytes were just found to have it; they are not read again."""
    found = _found_in(root)
    faults = [*found.strange, *_declaration_faults(root)]
    faults += _payload_faults(root, found, known)
    faults += _tag_faults(root, found)
    return BagCheck(len(found.sizes), sum(found.sizes.values()), tuple(faults))


def _found_in(root: Path) -> _Found:
    sizes: dict[str, int] = {}
    strange: list[Fault] = []
    unreadable: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=unreadable.append):
        for name in sorted((*files, *folders)):
            path = Path(folder, name)
            inside = path.relative_to(root).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                strange.append(Fault(inside, "form", "a file", "a link or a device"))
            elif path.is_file():
                sizes[inside] = path.stat().st_size
    strange += [Fault(str(error.filename), "presence", "readable", str(error.strerror)) for error in unreadable]
    return _Found(sizes, tuple(strange))


def _declaration_faults(root: Path) -> list[Fault]:
    try:
        check_declaration(_text(root, DECLARATION_NAME))
    except OSError as error:
        return [_unreadable(DECLARATION_NAME, error)]
    except MalformedInput as error:
        return [Fault(DECLARATION_NAME, "form", "BagIt 1.0 in UTF-8", str(error))]
    return []


def _payload_faults(root: Path, found: _Found, known: Mapping[str, str]) -> Iterator[Fault]:
    present = {path for path in found.sizes if path.startswith(PAYLOAD)}
    listed = yield from _listed(root, PAYLOAD_NAME)
    if listed is None:
        return
    wrong = sorted(path for path in listed if not path.startswith(PAYLOAD))
    yield from (Fault(path, "form", "a payload file", f"listed in {PAYLOAD_NAME}") for path in wrong)
    yield from _difference(root, {path: listed[path] for path in listed if path not in wrong}, present, known)
    yield from _oxum_faults(root, sum(found.sizes[path] for path in present), len(present))


def _tag_faults(root: Path, found: _Found) -> Iterator[Fault]:
    """Stricter than RFC 8493 asks: this programme lists every tag file, and writes the list in one form only."""
    listed = yield from _listed(root, TAGS_NAME)
    if listed is None:
        return
    if _text(root, TAGS_NAME) != serialise_hashes(listed):
        yield Fault(TAGS_NAME, "form", "as it was written", "written otherwise")
    present = {path for path in found.sizes if not path.startswith(PAYLOAD) and path != TAGS_NAME}
    yield from _difference(root, listed, present, {})


def _listed(root: Path, name: str) -> Generator[Fault, None, dict[str, str] | None]:
    """A manifest's hashes by path; None when it cannot be read, which is told as a fault."""
    try:
        return parse_hashes(_text(root, name))
    except OSError as error:
        yield _unreadable(name, error)
    except MalformedInput as error:
        yield Fault(name, "form", "hashes and paths", str(error))
    return None


def _difference(root: Path, listed: Mapping[str, str], present: set[str], known: Mapping[str, str]) -> Iterator[Fault]:
    for path in sorted(listed.keys() | present):
        if path not in present:
            yield Fault(path, "presence", "present", "missing")
        elif path not in listed:
            yield Fault(path, "presence", "not in the bag", "present")
        else:
            yield from _changed(root, path, listed[path], known.get(path))


def _changed(root: Path, path: str, expected: str, known: str | None) -> Iterator[Fault]:
    try:
        digest = known or _sha256(root / path)
    except OSError as error:
        yield _unreadable(path, error)
        return
    if digest != expected:
        yield Fault(path, "sha256", expected, digest)


def _oxum_faults(root: Path, octets: int, streams: int) -> Iterator[Fault]:
    try:
        said = dict(parse_info(_text(root, INFO_NAME))).get(OXUM, "")
    except OSError as error:
        yield _unreadable(INFO_NAME, error)
        return
    except MalformedInput as error:
        yield Fault(INFO_NAME, "form", "labels and values", str(error))
        return
    if said != f"{octets}.{streams}":
        yield Fault(INFO_NAME, "size", said or OXUM, f"{octets}.{streams}")


def _text(root: Path, name: str) -> bytes:
    """A tag file's. Raises OSError; also for a pipe or a device in its place, which might never end."""
    if (root / name).exists() and not (root / name).is_file():
        raise OSError(errno.EINVAL, "not a file")
    return (root / name).read_bytes()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(path: str, error: OSError) -> Fault:
    missing = isinstance(error, FileNotFoundError)
    return Fault(path, "presence", "present", "missing" if missing else f"unreadable: {error.strerror}")
