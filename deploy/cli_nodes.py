"""``diemcau node …``: the media nodes in the registry."""

import asyncio
from typing import Annotated

import typer

from deploy.options import ConfigFile, Data, Port, console, faults_told, resolved

node_app = typer.Typer(help="The media nodes.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="As `diemcau node list` shows it.")]


@node_app.command(name="list")
def list_nodes(config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Every media node: what it carries, and when it was heard of last."""
    from deploy.nodes import list_nodes as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), console))


@node_app.command()
def drain(
    name: Name,
    config: ConfigFile = None,
    data: Data = None,
    port: Port = None,
    undo: Annotated[bool, typer.Option("--undo", help="It gets rooms again, and starts if it has ended.")] = False,
) -> None:
    """Give it no new rooms: its sessions go on untouched, and it ends when the last is over."""
    from deploy.nodes import drain as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), name, not undo, console))


@node_app.command()
def forget(name: Name, config: ConfigFile = None, data: Data = None, port: Port = None) -> None:
    """Strike out one that will not come back."""
    from deploy.nodes import forget as main

    with faults_told():
        asyncio.run(main(resolved(config, data=data, web__port=port), name, console))
