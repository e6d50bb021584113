"""One other system over HTTP: connection, deadline, budget, breaker, retries, typed errors."""

from __future__ import annotations

import ssl
import time
import uuid
from collections.abc import Collection, Mapping, Sequence

import httpx

from hbdash.domain.clock import Clock
from hbdash.transport.auth import Auth
from hbdash.transport.breaker import Breaker
from hbdash.transport.budget import Budget
from hbdash.transport.call import Call, Files, Params, RetryPolicy, json_body, may_repeat
from hbdash.transport.deadline import DeadlineTransport, within
from hbdash.transport.errors import (
    AuthRefused,
    BadShape,
    BreakerOpen,
    LostAnswer,
    RateLimited,
    RemoteError,
    ServerError,
    Slow,
    Unreachable,
)
from hbdash.transport.faults import RAISED, NoConnection, fault_of, read_body
from hbdash.transport.recorder import (
    Exchange,
    Recorder,
    SilentRecorder,
    current_recorder,
    current_waiter,
    route_of,
)
from hbdash.transport.reply import Reply, looks_like_html
from hbdash.transport.verdict import complaint, error_class, retry_after
from hbdash.transport.waiting import PatientWaiter, Waiter, pause

_SECRET = b"(secret)"
# A success this recent proves the credentials, so that a bare 403 then means "too many".
_PROVEN_FOR = 60.0


class Remote:
    """Calls one service of one side. Thread-safe; made once and kept for life.

    side: "hepsiburada" | "omnitron"; service: the word shown in failures. base_url: without a
    slash at its end. budget: taken from before each try. deadline: seconds for one try, from the
    connect to the last byte. forbidden_is_rate: a bare 403 means too many calls (catalogue, H§4),
    once the credentials were proven by a success within the last minute.

    A `GET` and whatever is marked repeatable is tried again (`RetryPolicy`); any other call is
    tried again only where it surely had no effect: no connection was made, or 429.
    """

    def __init__(
        self,
        side: str,
        service: str,
        base_url: str,
        *,
        auth: Auth,
        user_agent: str,
        clock: Clock,
        breaker: Breaker | None = None,
        budget: Budget | None = None,
        recorder: Recorder | None = None,
        waiter: Waiter | None = None,
        deadline: float = 30.0,
        retry: RetryPolicy | None = None,
        max_connections: int = 16,
        keepalive_expiry: float = 4.0,
        forbidden_is_rate: bool = False,
    ) -> None:
        self.side = side
        self.service = service
        self.base_url = base_url.rstrip("/")
        self.breaker = breaker or Breaker(f"{side}/{service}", now=clock.now)
        self.budget = budget
        self._auth = auth
        self._clock = clock
        self._recorder: Recorder = recorder or SilentRecorder()
        self._waiter: Waiter = waiter or PatientWaiter()
        self._deadline = deadline
        self._retry = retry or RetryPolicy()
        self._forbidden_is_rate = forbidden_is_rate
        self._proven_at = -_PROVEN_FOR
        secure = self.base_url.lower().startswith("https")
        tls: ssl.SSLContext | None = httpx.create_ssl_context(trust_env=False) if secure else None
        self._transport = DeadlineTransport(
            max_connections=max_connections, keepalive_expiry=keepalive_expiry, tls=tls
        )
        self._headers = {"Accept": "application/json", "User-Agent": user_agent}
        self._client = httpx.Client(
            transport=self._transport,
            # The user's proxies and .netrc are none of a brand's business (engine-craft §4).
            trust_env=False,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close all connections; calls still under way end as `LostAnswer`."""
        self.hang_up()
        self._client.close()

    def hang_up(self) -> None:
        """Break the calls under way, for a stop that can't wait; the remote stays usable."""
        self._transport.hang_up()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        content: bytes | None = None,
        content_type: str = "application/json",
        files: Files | None = None,
        expect: Collection[int] = (),
        deadline: float | None = None,
        repeatable: bool | None = None,
        auth: Auth | None = None,
        retry: RetryPolicy | None = None,
        budget: Budget | None = None,
        secret: bool = False,
    ) -> Reply:
        """One call and, where harmless, its repetitions.

        path: below the base URL, quoted. params: None is left out, a list repeats the key. json:
        any JSON value (`Decimal` becomes a number); content: a ready body. expect: statuses
        returned in place of raising. repeatable: default is "it is a GET". budget: taken in
        addition to the remote's own. secret: neither body is kept (a login).
        Raises a `RemoteError`, or `CallStopped` when the stop flag came while waiting.
        """
        if json is not None:
            content = json_body(json)
        call = Call(
            method=method.upper(),
            path=path,
            params={} if params is None else {k: v for k, v in params.items() if v is not None},
            content=content,
            content_type=content_type,
            files=files,
            expect=expect,
            deadline=self._deadline if deadline is None else deadline,
            repeatable=method.upper() == "GET" if repeatable is None else repeatable,
            secret=secret,
        )
        budgets = [one for one in (self.budget, budget) if one is not None]
        return self._persist(call, auth or self._auth, retry or self._retry, budgets)

    def _persist(
        self, call: Call, auth: Auth, policy: RetryPolicy, budgets: Sequence[Budget]
    ) -> Reply:
        waiter = current_waiter(self._waiter)
        ends = time.monotonic() + policy.seconds
        attempt = 0
        renewed = False
        while True:
            attempt += 1
            header = auth.header()
            try:
                return self._try(call, header, attempt, waiter, ends, budgets)
            except AuthRefused as error:
                if renewed or error.status != 401 or not auth.renew(header):
                    raise
                renewed = True
                attempt -= 1
            except RemoteError as error:
                if attempt >= policy.tries or not may_repeat(call, error):
                    raise
                delay = policy.delay(error, attempt)
                if time.monotonic() + delay > ends:
                    raise
                pause(waiter, delay)

    def _try(
        self,
        call: Call,
        auth_header: str,
        attempt: int,
        waiter: Waiter,
        ends: float,
        budgets: Sequence[Budget],
    ) -> Reply:
        for budget in budgets:
            if not budget.take(waiter, ends):
                raise RateLimited(
                    "no turn within the time of this call",
                    side=self.side,
                    service=self.service,
                    params={"endpoint": f"{call.method} {route_of(call.path)}"},
                )
        if not self.breaker.admit():
            state = self.breaker.state
            raise BreakerOpen(
                f"not asked, it failed {state.failures} times: {state.reason}",
                next_try=state.next_try,
                side=self.side,
                service=self.service,
            )
        settled = False
        try:
            reply = self._exchange(call, auth_header, attempt)
            self.breaker.succeeded()
            settled = True
            self._proven_at = time.monotonic()
            return reply
        except RemoteError as error:
            settled = True
            if isinstance(error, Unreachable | ServerError):
                self.breaker.failed(error.message)
            else:
                self.breaker.succeeded()
            if isinstance(error, RateLimited):
                for budget in budgets:
                    budget.complained(error.retry_after)
            raise
        finally:
            if not settled:
                self.breaker.gave_up()

    def _exchange(self, call: Call, auth_header: str, attempt: int) -> Reply:
        """One request on the wire, recorded whatever becomes of it."""
        started = time.monotonic()
        at = self._clock.now()
        request_id = uuid.uuid4().hex
        status: int | None = None
        headers: dict[str, str] = {}
        body = b""
        sent = call.content or b""
        url = self.base_url + call.path
        fault: tuple[type[RemoteError], str] | None = None
        try:
            request = self._build(call, auth_header, request_id)
            url = str(request.url)
            with within(call.deadline):
                response = self._client.send(request, stream=True)
                try:
                    status = response.status_code
                    headers = {name.lower(): value for name, value in response.headers.items()}
                    body = read_body(response)
                finally:
                    response.close()
        except RAISED as error:
            fault = fault_of(error)
        elapsed_ms = (time.monotonic() - started) * 1000
        code = ""
        if fault is None and status is not None:
            fault, code = self._judge(call, status, headers, body)
        exchange = Exchange(
            side=self.side,
            service=self.service,
            method=call.method,
            path=call.path,
            url=url,
            at=at,
            params=call.params,
            attempt=attempt,
            request_id=request_id,
            status=status,
            elapsed_ms=elapsed_ms,
            correlation_id=headers.get("x-correlation-id", ""),
            failure_id=fault[0].failure_id if fault else "",
            error=fault[1] if fault else "",
            request_body=_SECRET if call.secret else sent,
            response_body=_SECRET if call.secret and fault is None else body,
        )
        current_recorder(self._recorder).record(exchange)
        if fault is not None:
            raise self._error(call, fault, code, headers, exchange)
        assert status is not None
        return Reply(status, headers, body, exchange, call.repeatable)

    def _build(self, call: Call, auth_header: str, request_id: str) -> httpx.Request:
        headers = {**self._headers, "X-Request-Id": request_id}
        if auth_header:
            headers["Authorization"] = auth_header
        if call.content is not None:
            headers["Content-Type"] = call.content_type
        return self._client.build_request(
            call.method,
            self.base_url + call.path,
            params=call.query or None,
            content=call.content,
            files=None if call.files is None else dict(call.files),
            headers=headers,
            timeout=call.deadline,
        )

    def _judge(
        self, call: Call, status: int, headers: Mapping[str, str], body: bytes
    ) -> tuple[tuple[type[RemoteError], str] | None, str]:
        if status in call.expect:
            return None, ""
        if 200 <= status < 300:
            # A login portal says 200 to everything; a claim must not count as rejected for it.
            if looks_like_html(headers, body):
                return (BadShape, f"{call.method} {call.path}: a web page in place of data"), ""
            return None, ""
        proven = time.monotonic() - self._proven_at < _PROVEN_FOR
        kind = error_class(
            status, headers, body, forbidden_is_rate=self._forbidden_is_rate and proven
        )
        code, text = complaint(status, headers, body)
        return (kind, text), code

    def _error(
        self,
        call: Call,
        fault: tuple[type[RemoteError], str],
        code: str,
        headers: Mapping[str, str],
        exchange: Exchange,
    ) -> RemoteError:
        kind, text = fault
        params = {"endpoint": exchange.endpoint}
        if exchange.status is not None:
            params["status"] = str(exchange.status)
        if kind is BadShape:
            params["field"] = ""
        # On its way when it broke, or answered with a 5xx: a write may have been done.
        in_doubt = issubclass(kind, Slow | LostAnswer | ServerError | BadShape)
        doubt = in_doubt and not call.repeatable
        error = (Slow if kind is NoConnection else kind)(
            text,
            side=self.side,
            service=self.service,
            code=code,
            params=params,
            request_text=exchange.request_text,
            response_text=exchange.response_text,
            correlation_id=exchange.correlation_id,
            unknown_outcome=doubt and kind is not NoConnection,
        )
        if isinstance(error, RateLimited | ServerError):
            error.retry_after = retry_after(headers)
        return error
