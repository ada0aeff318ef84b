"""``diemcau debug``."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bridge.control import LONGEST_CAPTURE_S
from deploy.options import ConfigFile, Data, Port, console, faults_told, resolved

debug_app = typer.Typer(help="Looking for faults.", no_args_is_help=True)


@debug_app.callback()
def debug() -> None:
    """Makes a group of what is one command so far."""


@debug_app.command()
def capture(
    room: Annotated[str, typer.Argument(help="The room's id, as diemcau top shows it.", metavar="ROOM")],
    participant: Annotated[str, typer.Argument(help="The participant's id, as diemcau top ROOM shows it.")],
    by: Annotated[str, typer.Option(help="Sign-in name of who asks: an operator or administrator; kept in the log.")],
    why: Annotated[str, typer.Option(help="What it is needed for; kept in the log.")],
    out: Annotated[Path, typer.Option(help="A new file (pcapng), readable by its owner alone.")],
    seconds: Annotated[int, typer.Option(help="How long.", min=1, max=LONGEST_CAPTURE_S)] = 10,
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
) -> None:
    """Write the headers of one participant's packets, both directions, into a file for Wireshark."""
    from deploy.capturing import Asked
    from deploy.capturing import capture as main

    with faults_told():
        configuration = resolved(config, data=data, web__port=port)
        asyncio.run(main(configuration, Asked(room, participant, seconds, by, why, out), console))
