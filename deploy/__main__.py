"""The script ``diemcau``, also ``python -m deploy``."""

import signal


def main() -> None:
    """While everything is imported there is nothing to clear away: Ctrl-C ends it there without a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from deploy.cli import main as cli

    signal.signal(signal.SIGINT, signal.default_int_handler)
    cli()


if __name__ == "__main__":
    main()
