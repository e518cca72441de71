"""Networks: which addresses the switch may call where a participant names them. What is not public must be allowed by name."""

import ipaddress
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK = "127.0.0.0/8,::1/128"
# IPv6 that carries an IPv4 address of somebody else's choice: NAT64, 6to4, Teredo.
_DISGUISES = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))


@dataclass(frozen=True, slots=True)
class AllowedNetworks:
    """`listed` are those beside the public internet, such as the closed network of the government."""

    listed: tuple[Network, ...] = ()

    def permits(self, address: str) -> bool:
        """An address as the resolver gives it; a name is none."""
        if (found := read_address(address)) is None:
            return False
        if self._lists(found):
            return True
        if any(found in network for network in _DISGUISES if network.version == found.version):
            return False
        return found.is_global and not found.is_multicast and not found.is_reserved

    def lists(self, address: str) -> bool:
        """Whether it is of a network that is allowed by name."""
        return (found := read_address(address)) is not None and self._lists(found)

    def _lists(self, found: IpAddress) -> bool:
        return any(found in network for network in self.listed if network.version == found.version)

    @property
    def with_loopback(self) -> bool:
        """Whether this is a sandbox, in which everybody lives on one machine."""
        return self.permits("127.0.0.1")


PUBLIC = AllowedNetworks()


def read_networks(text: str) -> AllowedNetworks:
    """Networks with commas between them, such as `10.0.0.0/8,127.0.0.0/8`. Raises ValueError."""
    return AllowedNetworks(tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip()))


def read_address(text: str) -> IpAddress | None:
    """An IPv4 address in the clothes of IPv6 is what it is."""
    try:
        found: IpAddress = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
