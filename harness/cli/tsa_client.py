"""Asking a time-stamping authority over HTTP (RFC 3161, section 3.4)."""

from __future__ import annotations

from harness.errors import BenchError, UsageError

__all__ = ["ask"]

_PATIENCE = 30
_LONGEST = 1 << 20


def ask(url: str, query: bytes) -> bytes:
    """Return an authority's reply to a query.

    Raises :class:`UsageError` for a URL that is not HTTP, and :class:`BenchError` where no reply comes.
    """
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    if not url.startswith(("http://", "https://")):
        raise UsageError("is not an address of a time-stamping authority", where=url, expected="http:// or https://")
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        with urlopen(Request(url, data=query, headers=headers), timeout=_PATIENCE) as reply:  # noqa: S310 - HTTP only, as checked above
            return bytes(reply.read(_LONGEST))
    except (URLError, OSError, ValueError) as error:
        raise BenchError(f"the time-stamping authority gave no reply: {error}", where=url) from error
