"""A server below HTTP: it answers with bytes, slowly, by halves, or not at all."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable

Act = Callable[[socket.socket], None]


def answer(body: bytes = b"{}", status: str = "200 OK", headers: str = "") -> bytes:
    """A complete answer that keeps the connection."""
    kind = "" if "content-type" in headers.lower() else "Content-Type: application/json\r\n"
    head = f"HTTP/1.1 {status}\r\n{kind}{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def say(raw: bytes) -> Act:
    """Send these bytes and keep the connection open."""
    return lambda connection: connection.sendall(raw)


def say_and_close(raw: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.sendall(raw)
        connection.close()

    return act


def drip(raw: bytes, every: float = 0.05) -> Act:
    """One byte at a time, until the reader has gone."""

    def act(connection: socket.socket) -> None:
        try:
            for byte in raw:
                connection.sendall(bytes([byte]))
                time.sleep(every)
        except OSError:
            return

    return act


def reset(connection: socket.socket) -> None:
    """RST instead of an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silent(connection: socket.socket) -> None:
    """Never answer: returns when the client has hung up."""
    try:
        while connection.recv(1024):
            pass
    except OSError:
        return


class RawServer:
    """Carries out one act per request, in order; the last one again for all that follow."""

    def __init__(self, acts: Iterable[Act]) -> None:
        self._acts = list(acts)
        self.requests: list[bytes] = []
        self.arrived = threading.Condition()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, timeout)

    def close(self) -> None:
        self._socket.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while request := _read_request(connection):
                with self.arrived:
                    act = self._acts[min(len(self.requests), len(self._acts) - 1)]
                    self.requests.append(request)
                    self.arrived.notify_all()
                act(connection)
        except OSError:
            return


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
