"""Where the application and each request keep what handlers need, by typed keys instead of bare names."""

from dataclasses import dataclass

import jinja2
from aiohttp import web

from bridge.guests import Guest
from bridge.ids import AgencyId
from bridge.inviting import Inviting
from bridge.model import Account, Session
from bridge.office import OfficeSettings
from web.assets import Assets
from web.catalogues import Catalogues
from web.config import WebConfig, WebPorts
from web.linetests import LineDesk
from web.measured import Measured
from web.officebook import OfficeBook
from web.visits import Visits
from web.words import Words


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sends this request."""

    account: Account
    session: Session
    below: frozenset[AgencyId]
    """The agencies under the account's own, when a role of it reaches there."""


CONFIG = web.AppKey("config", WebConfig)
PORTS = web.AppKey("ports", WebPorts)
CATALOGUES = web.AppKey("catalogues", Catalogues)
ASSETS = web.AppKey("assets", Assets)
TEMPLATES = web.AppKey("templates", jinja2.Environment)
INVITING = web.AppKey("inviting", Inviting)
MEASURED = web.AppKey("measured", Measured)

OFFICES = web.AppKey("offices", OfficeBook)

OFFICE = web.RequestKey("office", OfficeSettings)
WORDS = web.RequestKey("words", Words)
VISITS = web.AppKey("visits", Visits)
LINES = web.AppKey("lines", LineDesk)
GUEST = web.RequestKey("guest", Guest)
"""Of pages under /enter alone, which in turn know no SIGNED_IN."""
SIGNED_IN = web.RequestKey("signed_in", SignedIn)
