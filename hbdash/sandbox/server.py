"""One process, one port: both sides of the sandbox behind the fault layer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from hbdash.sandbox import control, opening, sides
from hbdash.sandbox.activity import Activity
from hbdash.sandbox.config_file import write_config
from hbdash.sandbox.misbehaviour import Misbehaviour
from hbdash.sandbox.omnitron.courier import Courier
from hbdash.sandbox.options import SandboxOptions
from hbdash.sandbox.world import World, new_world

_LOG = logging.getLogger("hbdash.sandbox")
_START_SECONDS = 600.0
_STOP_SECONDS = 10.0
Result = TypeVar("Result")


class _Server(uvicorn.Server):
    """Leaves at once when it is told to; uvicorn looks ten times a second and then waits."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = asyncio.Event()

    def leave(self) -> None:
        """End without waiting for requests under way. On the server's loop."""
        self.should_exit = self.force_exit = True
        self._leaving.set()

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864_000
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if not self.force_exit:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        under_way = list(self.server_state.tasks)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)


class Sandbox:
    """A sandbox that is ready to serve: world, listening socket, server."""

    def __init__(self, options: SandboxOptions) -> None:
        self.options = options
        self.socket = _listen(options.host, options.port)
        self.world = new_world(options.seed, options.skus, options.file)
        self.world.base_url = f"http://{_shown(options.host)}:{self.socket.getsockname()[1]}"
        if sides.prepare(self.world) and options.start_orders:
            opening.open_orders_and_claims(self.world)
        self.activity = Activity(self.world, options.activity)
        self.courier = Courier(self.world)
        self.server = _Server(
            uvicorn.Config(
                application(self.world, self.activity),
                access_log=False,
                log_level="warning",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=2,
                lifespan="off",
                server_header=False,
            )
        )
        # ours (below) end the server without ending the process before the database is closed
        self.server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
        if options.write_config is not None:
            write_config(options.write_config, self.world)

    async def run(self) -> None:
        """Serve until the server is told to exit; then close the database."""
        ticking = asyncio.create_task(self._keep_ticking())
        acting = asyncio.create_task(self.activity.run())
        sending = asyncio.create_task(self.courier.run())
        try:
            await self.server.serve(sockets=[self.socket])
        finally:
            for task in (ticking, acting, sending):
                task.cancel()
            await asyncio.gather(ticking, acting, sending, return_exceptions=True)
            self.close()

    def close(self) -> None:
        self.world.commit()
        self.world.db.close()
        self.socket.close()

    async def _keep_ticking(self) -> None:
        while True:
            await asyncio.sleep(self.options.tick)
            try:
                sides.tick(self.world)
            except Exception:  # noqa: BLE001 - a sandbox that stops ticking helps nobody
                _LOG.exception("a tick failed")


def application(world: World, activity: Activity) -> ASGIApp:
    """All services under one port, behind the fault layer."""
    services = sides.apps(world) | {"control": control.app(world, activity)}
    mounts = [Mount(f"/{name}", app=service) for name, service in services.items()]
    return Misbehaviour(Starlette(routes=mounts), world)


def serve(options: SandboxOptions, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; ``ready`` is called with the address when it listens.

    Raises OSError when the port is taken.
    """
    sandbox = Sandbox(options)

    async def main() -> None:
        _stop_on_signals(sandbox.server)
        serving = asyncio.create_task(sandbox.run())
        await _until_started(sandbox.server, serving)
        if ready is not None and not serving.done():
            ready(sandbox.world.base_url)
        await serving

    asyncio.run(main())


class RunningSandbox:
    """A sandbox in a thread of this process, for tests and the demo."""

    def __init__(self, options: SandboxOptions) -> None:
        self._sandbox = Sandbox(options)
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._main, name="sandbox", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_SECONDS) or not self._sandbox.server.started:
            raise RuntimeError("the sandbox did not start")

    @property
    def url(self) -> str:
        return self._sandbox.world.base_url

    @property
    def world(self) -> World:
        return self._sandbox.world

    def call(self, act: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
        """Run ``act(world, …)`` on the server's loop and commit, so that it meets no request."""

        async def on_loop() -> Result:
            try:
                result = act(self.world, *arguments, **named)
            except BaseException:
                self.world.rollback()
                raise
            self.world.commit()
            return result

        return self._wait_for(on_loop())

    def tick(self) -> None:
        """Let what is due happen now."""
        self.call(sides.tick)

    def stop(self) -> None:
        """Stop serving and close the database; a second call does nothing."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # it has ended by itself meanwhile
                self._loop.call_soon_threadsafe(self._sandbox.server.leave)
            self._thread.join(_STOP_SECONDS)

    def _wait_for(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._started.set()
            self._loop.close()

    async def _serve(self) -> None:
        serving = asyncio.create_task(self._sandbox.run())
        await _until_started(self._sandbox.server, serving)
        self._started.set()
        await serving


def start_in_thread(options: SandboxOptions) -> RunningSandbox:
    """Start a sandbox in a daemon thread; returns when it answers."""
    return RunningSandbox(options)


def _stop_on_signals(server: uvicorn.Server) -> None:
    """SIGTERM and SIGINT end the server in good order, a second one without waiting."""
    if threading.current_thread() is not threading.main_thread():
        return

    def stop() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


async def _until_started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets that name TCP; without it each answer waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
