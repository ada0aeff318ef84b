"""The keys that recordings are signed with: where they are, made at the first start, and the commands around them."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from bridge.errors import MalformedInput
from bridge.keylists import KeyPublishing, PublishedKeys
from bridge.policy import SYSTEM
from bridge.repositories import AuditEntry, UnitsOfWork
from bridge.signing import KeyId, shown
from deploy.configuration import Configuration, ConfigurationFault
from deploy.folder import DataFolder, prepare
from deploy.stores import opened
from deploy.time import SystemClock
from deploy.trust import trust_of
from storage.build import Storage
from storage.signing.algorithms import SigningKey
from storage.signing.certified import SigningFiles
from storage.signing.checker import Signatures
from storage.signing.fault import KeyFault
from storage.signing.installation import InstallationKeys


def signing_keys(configuration: Configuration, folder: DataFolder) -> InstallationKeys:
    """Touches nothing yet."""
    archive = configuration.archive
    files = None
    if archive.signing_key:
        files = SigningFiles(_path(archive.signing_key), _path(archive.signing_certificate))
    return InstallationKeys(folder.signing, files, SystemClock())


def ready_keys(configuration: Configuration, folder: DataFolder) -> InstallationKeys:
    """One signs: ours is made at the first start, a configured one is checked. Raises ConfigurationFault."""
    keys = signing_keys(configuration, folder)
    _key_in_use(keys)
    return keys


def said_of_key(configuration: Configuration, folder: DataFolder) -> str:
    """What the start says: the fingerprint, and whether anybody vouches for it. Raises ConfigurationFault."""
    keys = signing_keys(configuration, folder)
    whose = "X.509" if keys.certified else "own key, no X.509 certificate: hand its fingerprint to verifiers on paper"
    return f"signing key: {shown(_key_in_use(keys))} ({whose})"


async def list_keys(configuration: Configuration, console: Console) -> None:
    """Every known key; which one signs."""
    keys = signing_keys(configuration, prepare(configuration))
    try:
        signs = keys.prepare()
        known = keys.known()
    except KeyFault as fault:
        raise ConfigurationFault(str(fault)) from fault
    table = Table("fingerprint (sha256)", "algorithm", "use", "certificate")
    for key in sorted(known, key=lambda key: (key.id != signs, key.id)):
        table.add_row(shown(key.id), key.algorithm, "signs" if key.id == signs else "verifies", key.signer)
    console.print(table)


async def rotate_key(configuration: Configuration, console: Console) -> None:
    """A new key signs from now on; the audit says since when."""
    folder = prepare(configuration)
    keys = ready_keys(configuration, folder)
    async with opened(configuration, folder) as storage:
        made = await _in_use_from_now_on(storage, keys, _made(keys))
        async with storage.units.writing() as unit:
            await unit.audit.append(_entry("rotate_signing_key", made))
            await unit.commit()
    console.print(f"signs from now on: {shown(made)}")
    console.print("What was signed before stays valid. Hand the new fingerprint to verifiers; back the data folder up.")


def _made(keys: InstallationKeys) -> SigningKey:
    try:
        return keys.make()
    except KeyFault as fault:
        raise ConfigurationFault(str(fault)) from fault


async def _in_use_from_now_on(storage: Storage, keys: InstallationKeys, key: SigningKey) -> KeyId:
    """Listed by the key before it, then in use, then the list is its own: who trusts either trusts both."""
    publishing = key_publishing(storage, keys)
    try:
        await publishing.publish()
        taken = keys.rotate(key)
    except KeyFault as fault:
        raise ConfigurationFault(str(fault)) from fault
    await publishing.publish()
    return taken


def key_publishing(storage: Storage, keys: InstallationKeys) -> KeyPublishing:
    """What tells other machines' web which keys are ours."""
    return KeyPublishing(storage.units, keys, Signatures(), SystemClock())


def known_keys(configuration: Configuration, folder: DataFolder, units: UnitsOfWork) -> PublishedKeys:
    """By what this machine's disk and configuration know, and what the database tells that they lead to. Raises
    ConfigurationFault."""
    try:
        configured = trust_of(configuration.archive.trusted)
    except MalformedInput as error:
        raise ConfigurationFault(f"archive.trusted: {error}") from error
    return PublishedKeys(units, signing_keys(configuration, folder), configured, Signatures())


def export_keys(configuration: Configuration, out: Path | None, console: Console) -> None:
    """Public keys and certificates, as ``diemcau verify --trust`` takes them."""
    keys = ready_keys(configuration, prepare(configuration))
    pem = keys.exported()
    if out is None:
        console.print(pem.decode(), markup=False, soft_wrap=True, end="")
        return
    try:
        out.write_bytes(pem)
    except OSError as error:
        raise ConfigurationFault(f"{out}: {error.strerror}") from error
    console.print(f"{len(keys.known())} key(s) written to {out}", markup=False)


async def import_key(configuration: Configuration, file: Path, console: Console) -> None:
    """A private key signs from now on; public keys and certificates count as this installation's own."""
    folder = prepare(configuration)
    keys = ready_keys(configuration, folder)
    pem = _read(file)
    async with opened(configuration, folder) as storage:
        try:
            keys.announce(pem)
            await key_publishing(storage, keys).publish()
            taken = keys.take_in(pem)
        except KeyFault as fault:
            raise ConfigurationFault(f"{file}: {fault}") from fault
        await key_publishing(storage, keys).publish()
        async with storage.units.writing() as unit:
            for key in taken:
                await unit.audit.append(_entry("import_signing_key", key))
            await unit.commit()
    for key in taken:
        console.print(f"known: {shown(key)}")


def _key_in_use(keys: InstallationKeys) -> KeyId:
    try:
        return keys.prepare()
    except KeyFault as fault:
        raise ConfigurationFault(str(fault)) from fault


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationFault(f"{file}: {error.strerror}") from error


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _entry(action: str, key: KeyId) -> AuditEntry:
    return AuditEntry(SystemClock().utc(), SYSTEM.account, action, f"signing key {key}", "done")
