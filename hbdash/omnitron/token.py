"""Omnitron's token: one login, used until it is refused (O§1.2)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from hbdash.transport.errors import AuthRefused

# Too many logins are answered with 429, so a refused pair is not tried by every flow.
_REST_AFTER_REFUSAL = 30.0


class TokenAuth:
    """Gives `Token <key>`. With a fixed token there is nothing to renew.

    login: makes the call and returns the key; raises `RemoteError`. Thread-safe: many threads
    that meet an expired token log in once.
    """

    def __init__(self, *, token: str | None = None, login: Callable[[], str] | None = None) -> None:
        if not token and login is None:
            raise ValueError("Omnitron needs a token or a user name with a password")
        self._login = login
        self._header = f"Token {token}" if token else ""
        self._lock = threading.Lock()
        self._refusal: AuthRefused | None = None
        self._refused_at = 0.0

    def header(self) -> str:
        with self._lock:
            if not self._header:
                self._header = f"Token {self._new_key()}"
            return self._header

    def renew(self, refused: str) -> bool:
        with self._lock:
            if self._login is None:
                return False
            if self._header == refused:
                self._header = ""
                self._header = f"Token {self._new_key()}"
            return True

    def _new_key(self) -> str:
        assert self._login is not None
        refusal = self._refusal
        if refusal is not None and time.monotonic() - self._refused_at < _REST_AFTER_REFUSAL:
            raise refusal
        try:
            key = self._login()
        except AuthRefused as error:
            self._refusal, self._refused_at = error, time.monotonic()
            raise
        self._refusal = None
        return key

    def __repr__(self) -> str:
        return "TokenAuth(…)"
