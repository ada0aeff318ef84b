"""Where the application and each request keep what handlers need, by typed keys instead of bare names."""

from dataclasses import dataclass

import jinja2
from aiohttp import web

from bridge.inviting import Inviting
from bridge.model import Account, Session
from web.assets import Assets
from web.catalogues import Catalogues
from web.config import WebConfig, WebPorts
from web.words import Words


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sends this request."""

    account: Account
    session: Session


CONFIG = web.AppKey("config", WebConfig)
PORTS = web.AppKey("ports", WebPorts)
CATALOGUES = web.AppKey("catalogues", Catalogues)
ASSETS = web.AppKey("assets", Assets)
TEMPLATES = web.AppKey("templates", jinja2.Environment)
INVITING = web.AppKey("inviting", Inviting)

WORDS = web.RequestKey("words", Words)
SIGNED_IN = web.RequestKey("signed_in", SignedIn)
