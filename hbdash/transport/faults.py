"""What httpx raises, in our words, and answers that are too large to be answers."""

from __future__ import annotations

import httpx

from hbdash.transport.errors import (
    BadShape,
    LostAnswer,
    Refused,
    RemoteError,
    Slow,
    Unreachable,
)

# The largest real answer is a page of 1,000 listings, about 1 MB.
_LARGEST_ANSWER = 64 * 1024 * 1024


class NoConnection(Slow):
    """No connection of the pool became free in time: nothing was sent."""


class TooLarge(ValueError):
    """The answer is larger than any real one."""


# All that a request can raise: httpx's own, and values that no header or address can hold.
RAISED = (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError)


def fault_of(error: Exception) -> tuple[type[RemoteError], str]:
    """The class and the words. Order matters: httpx's classes inherit from each other."""
    text = str(error) or type(error).__name__
    table: tuple[tuple[type[Exception], type[RemoteError], str], ...] = (
        (httpx.PoolTimeout, NoConnection, "no free connection within the deadline"),
        (httpx.ConnectTimeout, Unreachable, "no connection within the deadline"),
        (httpx.TimeoutException, Slow, "no complete answer within the deadline"),
        (httpx.ConnectError, Unreachable, f"no connection: {text}"),
        (httpx.UnsupportedProtocol, Unreachable, f"the address is no web address: {text}"),
        (httpx.LocalProtocolError, Refused, f"the request can't be sent: {text}"),
        (httpx.ProxyError, Unreachable, f"the proxy refused: {text}"),
        (httpx.TransportError, LostAnswer, f"the connection broke: {text}"),
        (httpx.DecodingError, BadShape, f"the answer can't be unpacked: {text}"),
        (httpx.InvalidURL, Unreachable, f"the address is no web address: {text}"),
        (TooLarge, BadShape, text),
    )
    for raised, kind, words in table:
        if isinstance(error, raised):
            return kind, words
    return Refused, f"the request can't be sent: {text}"


def read_body(response: httpx.Response) -> bytes:
    """The decoded body. `TooLarge` beyond 64 MB, also for what unpacks to more."""
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > _LARGEST_ANSWER:
            raise TooLarge(f"the answer is larger than {_LARGEST_ANSWER // 2**20} MB")
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
