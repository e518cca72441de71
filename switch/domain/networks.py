"""Networks: which addresses the switch may call. What is not public must be allowed by name, and some are never called."""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_OWN = ipaddress.IPv6Address("::1")
_NEVER = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("0.0.0.0/8", "::/128"),  # nobody's: the machine itself, where it is connected to
        *("169.254.0.0/16", "fe80::/10"),  # link-local, and what clouds tell their machines about themselves
        *("fd00:ec2::254/128", "fd20:ce::254/128", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"),  # the same, elsewhere
        *("224.0.0.0/4", "255.255.255.255/32", "ff00::/8"),  # many at once
    )
)
# IPv6 that carries IPv4 addresses of somebody else's choice: how far from the right each stands, and what its bits are turned by
# (NAT64: RFC 6052; 6to4: 3056; Teredo: 4380; translated: 2765).
_IPV4 = 2**32 - 1
_DISGUISES: dict[ipaddress.IPv6Network, tuple[tuple[int, int], ...]] = {
    ipaddress.IPv6Network("64:ff9b::/96"): ((0, 0),),
    ipaddress.IPv6Network("64:ff9b:1::/48"): ((0, 0),),
    ipaddress.IPv6Network("2002::/16"): ((80, 0),),
    ipaddress.IPv6Network("2001::/32"): ((64, 0), (0, _IPV4)),
    ipaddress.IPv6Network("::/96"): ((0, 0),),
    ipaddress.IPv6Network("::ffff:0:0:0/96"): ((0, 0),),
}


@dataclass(frozen=True, slots=True)
class AllowedNetworks:
    """`listed` are those beside the public internet, such as the closed network of the government. No list allows what is never called."""

    listed: tuple[Network, ...] = ()

    def permits(self, address: str) -> bool:
        """An address as the resolver gives it; a name is none."""
        if (found := read_address(address)) is None or _never(found):
            return False
        if self._lists(found):
            return True
        if isinstance(found, ipaddress.IPv6Address) and any(found in network for network in _DISGUISES):
            return False
        return found.is_global and not found.is_multicast and not found.is_reserved

    def lists(self, address: str) -> bool:
        """Whether it is of a network that is allowed by name."""
        return (found := read_address(address)) is not None and self._lists(found)

    def _lists(self, found: IpAddress) -> bool:
        return any(found in network for network in self.listed if network.version == found.version)

    @property
    def listed_in_vain(self) -> Sequence[Network]:
        """Of nothing but what is never called."""
        return [network for network in self.listed if any(_is_part(network, of) for of in _NEVER)]

    @property
    def with_loopback(self) -> bool:
        """Whether this is a sandbox, in which everybody lives on one machine."""
        return self.permits("127.0.0.1")


PUBLIC = AllowedNetworks()


def never_called(address: str) -> bool:
    """Whether it is an address at which no counterparty can be, whatever is allowed: nobody's, of one link, of many; in disguise, too."""
    return (found := read_address(address)) is not None and _never(found)


def is_of_this_machine(host: str) -> bool:
    """`localhost` or a loopback address."""
    return host == "localhost" or ((found := read_address(host)) is not None and found.is_loopback)


def _never(found: IpAddress) -> bool:
    return any(one in network for one in (found, *_hidden(found)) for network in _NEVER if network.version == one.version)


def _is_part(network: Network, of: Network) -> bool:
    return network.version == of.version and network[0] in of and network[-1] in of


def _hidden(found: IpAddress) -> Iterator[IpAddress]:
    if isinstance(found, ipaddress.IPv4Address) or found == _OWN:
        return
    for network, places in _DISGUISES.items():
        if found in network:
            for place, turned in places:
                yield ipaddress.IPv4Address(int(found) >> place & _IPV4 ^ turned)


def read_networks(text: str) -> AllowedNetworks:
    """Networks with commas between them, such as `10.0.0.0/8,127.0.0.0/8`. Raises ValueError."""
    return AllowedNetworks(tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip()))


THIS_MACHINE = read_networks("127.0.0.0/8,::1/128")
"""For a sandbox: everybody lives there."""


def read_address(text: str) -> IpAddress | None:
    """An IPv4 address in the clothes of IPv6 is what it is."""
    try:
        found: IpAddress = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
