"""Serving the endpoint from a thread of the worker or of the dashboard that holds the lease."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

logger = logging.getLogger(__name__)

#: How often a server that should serve and does not tries again, and one that should not looks.
LOOK_S = 1.0
_HEADERS_MAX = 16 * 1024
_GRACE_S = 0.3


class TriggerServer:
    """Listens while it is wanted; survives a port that is taken.

    wanted: whether this process is to serve now (it holds a lease, or it is the worker). A port
    that another process of this machine holds is tried again: a worker and a dashboard share one
    configuration, and the one that leaves makes room for the other. :meth:`stop` ends within the
    engine's second, calls under way included: what was not answered is delivered again.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: tuple[str, int],
        *,
        wanted: Callable[[], bool] = lambda: True,
        receive_s: float = 10.0,
        connections: int = 64,
    ) -> None:
        self._app = app
        self._address = address
        self._wanted = wanted
        self._receive_s = receive_s
        self._connections = connections
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_serving, name="trigger", daemon=True)
        self.bound: tuple[str, int] | None = None
        """Where it listens now; None while it does not."""

    def start(self) -> None:
        """Returns at once; :attr:`bound` tells when it listens."""
        self._thread.start()

    def leave(self) -> None:
        """Begin to stop, without waiting."""
        self._stopping.set()

    def stop(self, *, wait: float = 1.0) -> None:
        """Stop listening and end; a second call does nothing."""
        self.leave()
        if self._thread.is_alive():
            self._thread.join(wait)

    def _keep_serving(self) -> None:
        complained = False
        while not self._stopping.is_set():
            if self._wanted():
                try:
                    listening = _listen(*self._address)
                except OSError as error:
                    if not complained:
                        logger.warning(
                            "trigger endpoint: %s:%s: %s; tried again", *self._address, error
                        )
                    complained = True
                else:
                    complained = False
                    self._serve(listening)
            self._stopping.wait(LOOK_S)

    def _serve(self, listening: socket.socket) -> None:
        """Until it is stopped, or somebody else is to serve."""
        server = uvicorn.Server(
            uvicorn.Config(
                self._app,
                http=_protocol(self._receive_s, self._connections),
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                h11_max_incomplete_event_size=_HEADERS_MAX,
                timeout_graceful_shutdown=1,
            )
        )
        host, port = listening.getsockname()[:2]
        try:
            asyncio.run(self._until_unwanted(server, listening, (str(host), int(port))))
        except Exception:
            logger.exception("the trigger endpoint broke and is started again")
        finally:
            self.bound = None
            listening.close()

    async def _until_unwanted(
        self, server: uvicorn.Server, listening: socket.socket, bound: tuple[str, int]
    ) -> None:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.005)
        self.bound = bound
        logger.info("trigger endpoint listens on %s:%s", *bound)
        while not serving.done() and not self._stopping.is_set() and self._wanted():
            await asyncio.wait([serving], timeout=0.1)
        server.should_exit = True
        await asyncio.wait([serving], timeout=_GRACE_S)
        server.force_exit = True
        for connection in list(server.server_state.connections):
            _abort(connection)
        await serving


def _abort(connection: Any) -> None:
    if connection.transport is not None:
        connection.transport.abort()


def _protocol(receive_s: float, most: int) -> type[H11Protocol]:
    """uvicorn's own protocol, which waits for ever for headers, with a time and a number.

    A connection that is not through after ``receive_s`` and a little more is cut, whatever it is
    doing; the application answers a late *body* itself before that. Connections beyond ``most``
    are cut at once.
    """

    class Impatient(H11Protocol):
        _end: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > most:
                transport.abort()
                return
            self._end = self.loop.call_later(receive_s, self._late, transport)

        def _late(self, transport: asyncio.Transport) -> None:
            if self.cycle is None:
                transport.abort()
            else:
                # The headers came: the application has its own time for the body and the answer.
                self._end = self.loop.call_later(receive_s + 15, transport.abort)

        def connection_lost(self, exc: Exception | None) -> None:
            if self._end is not None:
                self._end.cancel()
            super().connection_lost(exc)

    return Impatient


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening
