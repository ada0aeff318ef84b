"""Who may read ``/metrics``: places that the configuration names, or whoever knows its secret. By default nobody."""

import hmac
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

from bridge.errors import NotFound
from web.config import WebConfig
from web.keys import CONFIG
from web.requests import address_of

Network = IPv4Network | IPv6Network


def networks(places: Sequence[str]) -> tuple[Network, ...]:
    """Addresses (``10.0.0.5``) and networks (``10.0.0.0/24``). Raises ValueError."""
    return tuple(ip_network(place, strict=False) for place in places)


def check_scraper(request: web.Request) -> None:
    """Raises NotFound, as if there were nothing: what is counted says how busy an office is."""
    config = request.app[CONFIG]
    if not _knows(request, config) and not _comes_from(request, config):
        raise NotFound(detail=f"metrics asked for from {request.remote}")


def _knows(request: web.Request, config: WebConfig) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    told = given.strip().encode("utf-8", "replace")
    return bool(config.scrape_secret) and scheme.lower() == "bearer" and hmac.compare_digest(told, config.secret_bytes)


def _comes_from(request: web.Request, config: WebConfig) -> bool:
    """A proxy that the configuration does not know speaks for anybody: through it no place is believed."""
    told = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if told and (request.remote or "") not in config.proxies:
        return False
    try:
        address = ip_address(address_of(request))
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks(config.scrapers))
