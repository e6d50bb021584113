"""A deadline for a whole call, kept at the socket.

httpx's timeouts are per socket operation: an answer dripped byte by byte outlives any of them
(engine-craft §4). Here every connect, read and write gets only what is left of the call, so that
headers, bodies and TLS handshakes end in time too. The name look-up alone can't be cut short.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

import httpcore
import httpx

_ends: ContextVar[float | None] = ContextVar("hbdash_call_ends", default=None)

# A body is written in pieces, so that a reader who takes it slowly is noticed between two.
_WRITE_PIECE = 256 * 1024


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All socket work inside the `with` ends after `seconds`, whatever the other side does."""
    token = _ends.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends.reset(token)


def _left(timeout: float | None, over: type[Exception]) -> float | None:
    ends = _ends.get()
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise over("the deadline of the call has passed")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, sockets: WeakSet[socket.socket]) -> None:
        self._inner = inner
        self._sockets = sockets
        # TLS makes a socket of its own out of the plain one, so each stream tells its own.
        sockets.add(inner.get_extra_info("socket"))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if len(buffer) <= _WRITE_PIECE:
            self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))
            return
        for start in range(0, len(buffer), _WRITE_PIECE):
            piece = buffer[start : start + _WRITE_PIECE]
            self._inner.write(piece, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._sockets)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    """Keeps count of its sockets, so that calls under way can be broken from another thread."""

    def __init__(self) -> None:
        self._sockets: WeakSet[socket.socket] = WeakSet()

    def hang_up(self) -> None:
        for one in list(self._sockets):
            # `close` alone would leave the reading thread asleep.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        stream = super().connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._sockets)


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport over sockets that know the deadline.

    max_connections: one per thread that calls at the same time. keepalive_expiry: seconds, below
    the server's, else a request goes out on a connection that the server has just closed.
    """

    def __init__(
        self, *, max_connections: int, keepalive_expiry: float, tls: ssl.SSLContext | None
    ) -> None:
        # The parent builds a TLS context (20 ms) that plain http never uses; a bare one is free.
        context = tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(verify=context, trust_env=False)
        self._backend = _Backend()
        # httpx offers no way to hand a network backend to its pool; httpcore, which makes the
        # pool, does. Nothing but the pool is replaced.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=keepalive_expiry,
            http1=True,
            http2=False,
            retries=0,
            network_backend=self._backend,
        )

    def hang_up(self) -> None:
        """Break all connections, also those in use; new ones are made as needed."""
        self._backend.hang_up()
