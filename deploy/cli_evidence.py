"""``diemcau key``, ``diemcau audit`` and ``diemcau archive``."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from deploy.options import ConfigFile, Data, Port, StoreOption, console, faults_told, resolved

key_app = typer.Typer(help="The keys that recordings are signed with.", no_args_is_help=True)
archive_app = typer.Typer(help="The archive.", no_args_is_help=True)
audit_app = typer.Typer(help="Who did what.", no_args_is_help=True)


@key_app.command(name="list")
def list_command(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Every key this installation signs or signed with, by its fingerprint."""
    from deploy.keys import list_keys

    with faults_told():
        asyncio.run(list_keys(resolved(config, data=data, web__port=port), console))


@key_app.command()
def rotate(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Sign with a new key from now on; what was signed before stays valid."""
    from deploy.keys import rotate_key

    with faults_told():
        asyncio.run(rotate_key(resolved(config, data=data, web__port=port), console))


@key_app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of the screen.")] = None,
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
) -> None:
    """Public keys and certificates as PEM, for `diemcau verify --trust` elsewhere."""
    from deploy.keys import export_keys

    with faults_told():
        export_keys(resolved(config, data=data, web__port=port), out, console)


@key_app.command(name="import")
def import_command(
    file: Annotated[Path, typer.Argument(help="PEM: a private key signs from now on, public ones become known.")],
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
) -> None:
    """Take a key in: of another installation whose recordings are here, or one made elsewhere."""
    from deploy.keys import import_key

    with faults_told():
        asyncio.run(import_key(resolved(config, data=data, web__port=port), file, console))


@audit_app.command()
def verify(config: ConfigFile = None, data: Data = None, port: Port = None, store: StoreOption = None) -> None:
    """Check the whole audit chain, and that every sealed recording stands in it."""
    from deploy.tools import verify_audit

    with faults_told():
        configuration = resolved(config, data=data, store__kind=store, web__port=port)
        raise typer.Exit(asyncio.run(verify_audit(configuration, console)))


@archive_app.command(name="export")
def export_recording(
    recording: Annotated[str, typer.Argument(help="The recording's id.", metavar="ID")],
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", metavar="DIR")],
    purpose: Annotated[str, typer.Option(help="What it is handed over for; kept in the log.")],
    by: Annotated[str | None, typer.Option(help="Sign-in name of who takes it; kept in the log.")] = None,
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
    store: StoreOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Write a sealed recording as a bag that plays and verifies itself offline."""
    from deploy.export import export as main

    with faults_told():
        configuration = resolved(config, data=data, store__kind=store, web__port=port)
        raise typer.Exit(asyncio.run(main(configuration, recording, folder, purpose, by, json, console)))
