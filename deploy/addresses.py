"""This machine's own addresses, for ``--announce auto``."""

import ipaddress

import ifaddr


def own_addresses(*, ipv6: bool) -> tuple[str, ...]:
    """Addresses that are not loopback nor link-local, in the order of the interfaces, IPv4 before IPv6."""
    found = [
        ipaddress.ip_address(address.ip if isinstance(address.ip, str) else address.ip[0])
        for adapter in ifaddr.get_adapters()
        for address in adapter.ips
    ]
    outside = [one for one in found if not (one.is_loopback or one.is_link_local or (one.version == 6 and not ipv6))]
    return tuple(str(one) for one in sorted(outside, key=lambda one: one.version))
