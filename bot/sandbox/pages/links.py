"""Which addresses a page may link to or load: the ones that cannot run anything."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.sandbox.pages.html import Child, tag

SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
CONTROL = re.compile(r"[\x00-\x20\x7f]")


def safe_href(url: str) -> str | None:
    """Return the address if it may be followed, else None (`javascript:`, `data:`, relative ones and the like)."""
    bare = CONTROL.sub("", url)
    try:
        parts = urlsplit(bare)
    except ValueError:
        return None
    return bare if parts.scheme.lower() in SAFE_SCHEMES else None


def anchor(url: str, *children: Child) -> Markup:
    """Return a link that opens in a new tab; an address that may not be followed stays words."""
    if (href := safe_href(url)) is None:
        return tag("span", *children, class_="dead-link", title="This address is not a web link")
    return tag("a", *children, href=href, target="_blank", rel="noopener noreferrer nofollow")


def local_path(url: str, base_url: str) -> str | None:
    """Return the path of an address on our own server, or None: pages load nothing from anywhere else."""
    if url.startswith("/") and not url.startswith("//"):
        return url
    ours, theirs = urlsplit(base_url), urlsplit(CONTROL.sub("", url))
    if not ours.netloc or (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
        return None
    return theirs.path + (f"?{theirs.query}" if theirs.query else "")
