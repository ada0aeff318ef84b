"""The installation's public keys as the database tells them: signed lists, for processes that have no key folder.

A database proves nothing about itself: whoever may write to it could add a key. So a list counts only when it is signed
by a key that is trusted already — known on this machine's disk or configured — and then its keys are trusted too. Each
key that begins to sign is first listed by the one before, so that trust in any of them leads to the later ones, and the
newest list names all before.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from bridge import canonical
from bridge.errors import MalformedInput
from bridge.policy import SYSTEM
from bridge.ports import Clock
from bridge.repositories import AuditEntry, PublishedKeyList, UnitsOfWork
from bridge.signing import (
    Algorithm,
    KeyId,
    KnownKeys,
    Origin,
    SignatureChecker,
    Signer,
    Trust,
    parse_signature,
    serialise_signature,
)

FORMAT = 1
PUBLISH = "publish_signing_keys"
"""The audit's word for it."""


class InstallationKey(NamedTuple):
    """A key whose signatures this installation knows as its own; ``signer``: subject of its certificate, if any."""

    id: KeyId
    algorithm: Algorithm
    signer: str


class KeysNow(NamedTuple):
    """What lies in the key folder; ``signs``: the one in use."""

    signs: KeyId
    known: Sequence[InstallationKey]


class PublicKeys(Signer, KnownKeys, Protocol):
    """Where the keys are (storage)."""

    async def now(self) -> KeysNow:
        """Raises Refusal(signing_unavailable)."""
        ...


class ListedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``since_utc_ns``: first listed; ``until_utc_ns``: listed as one that signs no more, None while it signs or when
    it never did here. For people: whoever has a key can say any time in what it signs."""

    id: KeyId
    algorithm: Algorithm
    signer: str
    since_utc_ns: int
    until_utc_ns: int | None


class KeyList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every known key at one time; ``key_list`` says what this text is, which is signed by the key in use."""

    format: int
    key_list: int
    made_utc_ns: int
    signs: KeyId
    keys: tuple[ListedKey, ...]


def serialise_key_list(made: KeyList) -> bytes:
    """The canonical form, which is signed."""
    return canonical.serialise(made)


def parse_key_list(text: bytes) -> KeyList:
    """Raises MalformedInput."""
    return canonical.parse(text, KeyList, FORMAT, "key list")


def next_list(last: KeyList | None, now: KeysNow, at_utc_ns: int) -> KeyList | None:
    """None when ``last`` says the same."""
    before = {key.id: key for key in last.keys} if last else {}
    keys = tuple(_listed(key, before.get(key.id), now.signs, last, at_utc_ns) for key in now.known)
    if last is not None and (last.keys, last.signs) == (keys, now.signs):
        return None
    return KeyList(FORMAT, last.key_list + 1 if last else 1, at_utc_ns, now.signs, keys)


def _listed(
    key: InstallationKey, before: ListedKey | None, signs: KeyId, last: KeyList | None, at_utc_ns: int
) -> ListedKey:
    until = before.until_utc_ns if before else None
    if key.id == signs:
        until = None
    elif last is not None and last.signs == key.id:
        until = at_utc_ns
    return ListedKey(key.id, key.algorithm, key.signer, before.since_utc_ns if before else at_utc_ns, until)


def believed(
    published: Sequence[PublishedKeyList], roots: Trust, checker: SignatureChecker
) -> tuple[Trust, KeyList | None]:
    """``roots`` with the keys of every list that they lead to, in the order of publication, and the last such list.
    What does not parse, or nobody trusted has signed, says nothing."""
    trust, last = roots, None
    for one in published:
        try:
            made, signature = parse_key_list(one.text.encode()), parse_signature(one.signature.encode())
        except MalformedInput:
            continue
        if checker.check(signature, one.text.encode(), trust, made.made_utc_ns).origin is Origin.TRUSTED:
            trust = Trust(trust.fingerprints | {str(key.id) for key in made.keys}, trust.certificates)
            last = made
    return trust, last


class KeyPublishing:
    """Run by ``jobs``, and around every change of the key that signs. Idempotent."""

    def __init__(self, units: UnitsOfWork, keys: PublicKeys, checker: SignatureChecker, clock: Clock) -> None:
        self._units = units
        self._keys = keys
        self._checker = checker
        self._clock = clock

    async def publish(self) -> str:
        """The fingerprint under which a new list was published, empty when nothing changed. Raises Unavailable,
        Refusal(signing_unavailable)."""
        roots = await self._keys.trust()
        async with self._units.reading() as unit:
            published = await unit.key_lists.all()
        _, last = believed(published, roots or Trust(frozenset()), self._checker)
        made = next_list(last, await self._keys.now(), self._clock.utc())
        if made is None:
            return ""
        text = serialise_key_list(made)
        signature = await self._keys.sign(text)
        row = PublishedKeyList(text.decode(), serialise_signature(signature).decode())
        detail = f"{len(made.keys)} keys, list sha256 {hashlib.sha256(text).hexdigest()}"
        async with self._units.writing() as unit:
            await unit.key_lists.add(row)
            what = f"signing key {signature.key}"
            await unit.audit.append(AuditEntry(made.made_utc_ns, SYSTEM.account, PUBLISH, what, "done", detail))
            await unit.commit()
        return signature.key


class PublishedKeys:
    """:class:`bridge.signing.KnownKeys` of a process without keys of its own: ``local`` is what this machine's disk
    knows, ``configured`` what its operator brought along."""

    def __init__(
        self, units: UnitsOfWork, local: KnownKeys, configured: Trust | None, checker: SignatureChecker
    ) -> None:
        self._units = units
        self._local = local
        self._configured = configured or Trust(frozenset())
        self._checker = checker

    async def trust(self) -> Trust | None:
        """None when neither disk nor configuration names a key: whose a signature is cannot be said then, whatever the
        database tells."""
        local = await self._local.trust() or Trust(frozenset())
        configured = self._configured
        roots = Trust(local.fingerprints | configured.fingerprints, (*local.certificates, *configured.certificates))
        if not roots.fingerprints and not roots.certificates:
            return None
        async with self._units.reading() as unit:
            published = await unit.key_lists.all()
        return believed(published, roots, self._checker)[0]
