"""This machine's own addresses, for ``--announce auto``."""

import ifaddr

from deploy.configuration import ConfigurationFault


def own_addresses() -> tuple[str, ...]:
    """IPv4 addresses that are not loopback nor link-local, in the order of the interfaces.

    Raises ConfigurationFault when there is none.
    """
    found = [
        address.ip
        for adapter in ifaddr.get_adapters()
        for address in adapter.ips
        if isinstance(address.ip, str) and not address.ip.startswith(("127.", "169.254."))
    ]
    if not found:
        raise ConfigurationFault("--announce auto: this machine has no address but loopback; name one")
    return tuple(found)
