"""What the test of a line exchanges with the browser; part of :mod:`web.wire`, which names it for TypeScript."""

import msgspec

from bridge.linetests import PathResult


class IceServer(msgspec.Struct, frozen=True):
    """As RTCIceServer."""

    urls: tuple[str, ...]
    username: str
    credential: str


class LineTestStart(msgspec.Struct, frozen=True):
    """``POST`` to ``DevicesConfig.line_test``. ``run``: sent with everything that follows, for two minutes;
    ``seconds``: of each path; ``kbps``: what a picture needs; ``ice`` empty: there is no relay, or not for you."""

    run: str
    seconds: int
    kbps: int
    ice: tuple[IceServer, ...]


class LineProbeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``POST /line-test/probe``: an offer of sound and picture, which come back."""

    run: str
    sdp: str


class LineProbeReply(msgspec.Struct, frozen=True):
    """The node's answer."""

    sdp: str


class LineTestReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``POST /line-test/report``: each path once."""

    run: str
    paths: tuple[PathResult, ...]


class LineTestKept(msgspec.Struct, frozen=True):
    """``number``: by it the operator finds the report."""

    number: str


LINE_WIRE = (LineTestStart, LineProbeRequest, LineProbeReply, LineTestReport, LineTestKept)
