"""What of the configuration is about looking on from outside: who may read figures, and the form of the logs."""

from ipaddress import ip_network

import msgspec

from deploy.logs import LogForm

SHORTEST_SECRET = 16


class MonitoringPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may read ``/metrics`` of web and of the parts behind it: ``scrapers`` are addresses or networks; ``secret``
    is sent as a bearer token. Without either nobody may."""

    scrapers: tuple[str, ...] = ()
    secret: str = ""


class LogPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How processes log."""

    form: LogForm = LogForm.TEXT


def monitoring_faults(monitoring: MonitoringPart) -> list[str]:
    """One line each, naming its key."""
    faults = []
    for place in monitoring.scrapers:
        try:
            ip_network(place, strict=False)
        except ValueError:
            faults.append(f"monitoring.scrapers: {place} is no address and no network")
    if 0 < len(monitoring.secret) < SHORTEST_SECRET:
        faults.append(f"monitoring.secret: shorter than {SHORTEST_SECRET} characters")
    return faults
