"""Networks that may be called: the public internet, and what was listed; no disguise of another address passes."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from switch.domain.networks import PUBLIC, THIS_MACHINE, never_called, read_networks
from switch.settings import Settings

CLOSED = read_networks("10.20.0.0/16, 192.168.7.0/24,fd00:7::/32")
EVERYTHING = read_networks("0.0.0.0/0,::/0")
NEVER = [
    "169.254.0.0/16",
    "fe80::/10",
    "0.0.0.0/8",
    "::/128",
    "224.0.0.0/4",
    "ff00::/8",
    "255.255.255.255",
    "100.100.100.200",
    "fd00:ec2::254",
]
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10", "0.0.0.0/8", "224.0.0.0/4"]


@given(st.sampled_from(PRIVATE).flatmap(lambda network: st.ip_addresses(v=4, network=network)))
def test_no_private_address_passes_as_itself_or_in_disguise(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    disguises = [f"::ffff:{address}", ipaddress.IPv6Address(0x64FF9B << 96 | number), ipaddress.IPv6Address(0x2002 << 112 | number << 80)]
    assert not PUBLIC.permits(str(address))
    assert not any(PUBLIC.permits(str(disguise)) for disguise in disguises)


@given(st.sampled_from(NEVER).flatmap(lambda network: st.ip_addresses(network=network)))
def test_what_is_nobodys_or_of_one_link_or_many_is_never_called_whatever_is_listed(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    disguises = {address}
    if isinstance(address, ipaddress.IPv4Address):
        number = int(address)
        disguises |= {ipaddress.IPv6Address(one) for one in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x64FF9B0001 << 80 | number)}
        disguises |= {ipaddress.IPv6Address(one) for one in (0x2002 << 112 | number << 80, 0x20010000 << 96 | (number ^ 0xFFFFFFFF))}
    for disguise in disguises:
        assert never_called(str(disguise))
        assert not EVERYTHING.permits(str(disguise))


def test_a_setting_that_lists_what_is_never_called_is_refused() -> None:
    for wrong in ("10.0.0.0/8,169.254.169.0/24", "fe80::/64", "0.0.0.0/32"):
        with pytest.raises(ValidationError, match="is never called"):
            Settings(outbound_networks=wrong)
    assert Settings(outbound_networks="0.0.0.0/0").outbound.permits("10.20.0.1")


@given(st.ip_addresses(v=4, network="10.20.0.0/16") | st.ip_addresses(v=6, network="fd00:7::/32"))
def test_what_is_listed_passes(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert CLOSED.permits(str(address))
    assert not PUBLIC.permits(str(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8"])
def test_the_internet_passes(address: str) -> None:
    assert PUBLIC.permits(address)


@pytest.mark.parametrize("address", ["", "localhost", "10.21.0.1", "fe80::1%eth0", "::", "::1", "ff02::1", "1.2.3", "255.255.255.255"])
def test_the_rest_does_not(address: str) -> None:
    assert not CLOSED.permits(address)


def test_a_sandbox_is_one_that_lists_its_own_machine() -> None:
    assert THIS_MACHINE.with_loopback
    assert not CLOSED.with_loopback


@pytest.mark.parametrize("text", ["10.0.0.1/8", "ten", "10.0.0.0/33", "10.0.0.0/8;127.0.0.0/8"])
def test_a_list_that_is_wrong_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_networks(text)
