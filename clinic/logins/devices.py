"""A device and a network in words short enough to know one's own again."""

from __future__ import annotations

import ipaddress

# The first that is found names it: Edge says Chrome too, and Chrome says Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """Return a browser's and its system's name, such as "Firefox, Windows"; "" for a stranger."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def network(address: str) -> str:
    """Return an address without its last part: of IPv4 three bytes, of IPv6 the first three
    groups; "" for what is no address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped:
        known = known.ipv4_mapped
    if known.version == 4:
        return f"{str(known).rpartition('.')[0]}.…"
    return f"{':'.join(part.lstrip('0') or '0' for part in known.exploded.split(':')[:3])}:…"
