"""The command ``diemcau``: one subcommand per process, and the tools around them.

Exit codes: 0 done · 1 refused or faults found · 2 wrong usage · 78 configuration, folder, port, database version · 130
Ctrl-C before it was done.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Annotated

import typer

from bridge.errors import MalformedInput
from deploy import configuration as conf
from deploy.cli_debug import debug_app
from deploy.cli_evidence import archive_app, audit_app, key_app
from deploy.cli_nodes import node_app
from deploy.configuration import Configuration
from deploy.logs import set_up_logs
from deploy.options import ConfigFile, Data, Port, StoreOption, console, faults_told, resolved

app = typer.Typer(help="Điểm Cầu: citizen receptions by video.", no_args_is_help=True, add_completion=False)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
user_app = typer.Typer(help="Accounts.", no_args_is_help=True)
app.add_typer(db_app, name="db")
app.add_typer(user_app, name="user")
app.add_typer(node_app, name="node")
app.add_typer(key_app, name="key")
app.add_typer(audit_app, name="audit")
app.add_typer(archive_app, name="archive")
app.add_typer(debug_app, name="debug")

Listen = Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 for all.")]
Announce = Annotated[
    str | None, typer.Option(help="Address(es) browsers reach this machine at, comma-separated; or auto.")
]
TlsCert = Annotated[str | None, typer.Option(help="Certificate chain (PEM).")]
TlsKey = Annotated[str | None, typer.Option(help="Private key (PEM).")]
ModeOption = Annotated[str | None, typer.Option("--mode", help="trial | production")]


def run(name: str, main: Callable[[Configuration], Awaitable[int]], configuration: Configuration) -> None:
    """Runs a process until it ends; uvloop for all. ``name``: as its log calls it."""
    import uvloop

    set_up_logs(name, configuration.log.form)
    with faults_told():
        raise typer.Exit(uvloop.run(_exit_code(main, configuration)))


async def _exit_code(main: Callable[[Configuration], Awaitable[int]], configuration: Configuration) -> int:
    return await main(configuration)


def _announced(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


@app.command()
def up(
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
    listen: Listen = None,
    announce: Announce = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    mode: ModeOption = None,
    store: StoreOption = None,
    workers: Annotated[int | None, typer.Option(help="Media nodes; default: one for each core but two.")] = None,
    parts: Annotated[str | None, typer.Option(help="What runs here, comma-separated: web,sfu,recorder,jobs.")] = None,
) -> None:
    """Start everything on this machine and keep it running."""
    from deploy.up import up as main

    with faults_told():
        configuration = resolved(
            config,
            data=data,
            listen=listen,
            mode=mode,
            store__kind=store,
            web__port=port,
            web__tls_cert=tls_cert,
            web__tls_key=tls_key,
            media__announce=_announced(announce),
            media__workers=workers,
            parts=None if parts is None else tuple(parts.split(",")),
        )
        raise typer.Exit(asyncio.run(main(configuration, console)))


@app.command()
def demo(
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
    points: Annotated[int, typer.Option(help="Synthetic points that join.", min=1, max=8)] = 3,
) -> None:
    """Start everything with synthetic points in a reception, to look around alone."""
    from deploy.demo import demo as main

    with faults_told():
        configuration = resolved(config, data=data, web__port=port)
        raise typer.Exit(asyncio.run(main(configuration, console, points)))


@app.command()
def web(config: ConfigFile = None, data: Data = None, port: Port = None, listen: Listen = None) -> None:
    """Pages and signalling."""
    from deploy.processes import web as main

    with faults_told():
        configuration = resolved(config, data=data, web__port=port, listen=listen)
    run("web", main, configuration)


@app.command()
def sfu(
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
    listen: Listen = None,
    worker: Annotated[int, typer.Option(help="Which one of this machine's.", min=1, max=64)] = 1,
) -> None:
    """A media node."""
    from deploy.processes import sfu as main

    with faults_told():
        configuration = resolved(config, data=data, web__port=port, listen=listen)
    run("sfu" if worker == 1 else f"sfu-{worker}", partial(main, worker=worker), configuration)


@app.command()
def recorder(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """A recorder."""
    from deploy.processes import recorder as main

    with faults_told():
        configuration = resolved(config, data=data, web__port=port)
    run("recorder", main, configuration)


@app.command()
def store(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Our own MinIO server."""
    from deploy.storeprocess import store as main

    with faults_told():
        configuration = resolved(config, data=data, web__port=port)
    run("store", main, configuration)


@app.command()
def jobs(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Sealing and whatever else runs by itself."""
    from deploy.processes import jobs as main

    with faults_told():
        configuration = resolved(config, data=data, web__port=port)
    run("jobs", main, configuration)


@app.command()
def top(
    room: Annotated[str, typer.Argument(help="Show this room alone, with everybody in it.", metavar="[ROOM]")] = "",
    once: Annotated[bool, typer.Option("--once", help="Print and end; exit code 1 when somebody is away.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON, one document a look.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.5, max=60.0)] = 2.0,
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
) -> None:
    """Show what nodes, rooms and lines do now."""
    from deploy.top import Asked
    from deploy.top import top as main

    with faults_told():
        configuration = resolved(config, data=data, web__port=port)
        with suppress(KeyboardInterrupt):  # the way to end it
            raise typer.Exit(asyncio.run(main(configuration, Asked(room, once, json, every), console)))


@app.command(hidden=True)
def render(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Draw one viewing copy; started by the jobs."""
    from deploy.processes import render as main

    with faults_told():
        configuration = resolved(config, data=data, web__port=port)
    run("render", main, configuration)


@app.command()
def verify(
    what: Annotated[str, typer.Argument(help="A recording's id, the folder of one, or a bag.", metavar="ID|PATH")],
    config: ConfigFile = None,
    data: Data = None,
    trust: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|FINGERPRINT",
            help="Whom to trust: a PEM file of public keys or certificates, or a fingerprint (repeat).",
        ),
    ] = None,
    port: Port = None,
    store: StoreOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Check every byte of a sealed recording, who signed it, and tell every fault."""
    from deploy.tools import verify as main
    from deploy.trust import trust_of

    try:
        trusted = trust_of(trust or ())
    except MalformedInput as fault:
        raise typer.BadParameter(str(fault), param_hint="--trust") from fault
    with faults_told():
        configuration = resolved(config, data=data, store__kind=store, web__port=port)
        raise typer.Exit(asyncio.run(main(configuration, what, trusted, json, console)))


@app.command(name="config")
def config_command(config: ConfigFile = None, data: Data = None, port: Port = None, listen: Listen = None) -> None:
    """Print the configuration in force, secrets hidden."""
    with faults_told():
        console.print(conf.printed(resolved(config, data=data, web__port=port, listen=listen)), markup=False)


@db_app.command()
def migrate(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Bring the database to this programme's version."""
    from deploy.tools import migrate as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), console))


@db_app.command()
def check(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Say which version the database has, and whether the audit chain holds."""
    from deploy.tools import check as main

    with faults_told():
        raise typer.Exit(asyncio.run(main(resolved(config, data=data, web__port=port), console)))


@db_app.command(name="copy")
def copy_command(
    target: Annotated[str, typer.Argument(help="An empty database: postgresql://USER:PASSWORD@HOST/NAME")],
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
) -> None:
    """Copy the embedded database into PostgreSQL; nothing else may be running."""
    from deploy.tools import copy as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), target, console))


@user_app.command()
def add(
    login: str,
    name: Annotated[str, typer.Option(help="The person's or point's name.")],
    role: Annotated[list[str], typer.Option(help="chair, secretary, agency, citizen, archivist, … (repeat)")],
    agency: Annotated[str, typer.Option(help="The agency's name; made when it is new.")],
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
) -> None:
    """Make an account; its random password is printed once and must be changed at the first sign-in."""
    from deploy.tools import add_user as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), login, name, role, agency, console))


@user_app.command()
def password(login: str, config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Give an account a new random password, printed once; its sessions end."""
    from deploy.tools import reset_password as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), login, console))


@user_app.command(name="first-link")
def first_link(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Print a new link for the first administrator of an installation without any account."""
    from deploy.tools import first_link as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), console))


@user_app.command(name="totp-off")
def totp_off(login: str, config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Switch off the second factor of an account whose device and recovery codes are lost."""
    from deploy.tools import totp_off as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), login, console))


@user_app.command(name="list")
def list_users(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Every account."""
    from deploy.tools import list_users as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), console))


def main() -> None:
    """Runs the command that was given."""
    sys.exit(app())


if __name__ == "__main__":
    main()
