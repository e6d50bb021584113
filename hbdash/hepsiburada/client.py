"""Hepsiburada as one object."""

from __future__ import annotations

from types import TracebackType

from hbdash.domain.clock import Clock
from hbdash.hepsiburada.catalogue import CatalogueCalls
from hbdash.hepsiburada.categories import CategoryCalls
from hbdash.hepsiburada.claims import ClaimCalls
from hbdash.hepsiburada.hosts import (
    CATALOGUE_ALLOWANCE,
    COMMISSIONS_ALLOWANCE,
    OMS_ALLOWANCE,
    Hosts,
)
from hbdash.hepsiburada.listings import ListingCalls
from hbdash.hepsiburada.orders import OrderCalls
from hbdash.hepsiburada.package_writes import PackageWriteCalls
from hbdash.hepsiburada.shipping import ShippingCalls
from hbdash.hepsiburada.tickets import TicketCalls
from hbdash.transport.auth import BasicAuth
from hbdash.transport.breaker import Breaker, BreakerMemory
from hbdash.transport.budget import PROCESS_BUDGETS, Budget, Budgets
from hbdash.transport.call import RetryPolicy
from hbdash.transport.recorder import Recorder
from hbdash.transport.remote import Remote
from hbdash.transport.waiting import Waiter

SIDE = "hepsiburada"


class HepsiburadaClient(
    ListingCalls,
    PackageWriteCalls,
    OrderCalls,
    ClaimCalls,
    CatalogueCalls,
    CategoryCalls,
    TicketCalls,
    ShippingCalls,
):
    """All calls of one merchant, over one connection pool per service. Thread-safe.

    user_agent: exactly the registered integrator's name, it is part of the credential (H§2).
    budgets: shared by all clients of the process, as the limits count per host and address.
    breaker_name: prefix under which the services' breaker states are kept. deadline: seconds for
    one try of one call. Every call raises `RemoteError` or `CallStopped`.
    """

    def __init__(
        self,
        hosts: Hosts,
        merchant_id: str,
        service_key: str,
        user_agent: str,
        *,
        clock: Clock,
        budgets: Budgets = PROCESS_BUDGETS,
        breaker_memory: BreakerMemory | None = None,
        breaker_name: str = SIDE,
        recorder: Recorder | None = None,
        waiter: Waiter | None = None,
        deadline: float = 30.0,
        retry: RetryPolicy | None = None,
        max_connections: int = 16,
    ) -> None:
        self.merchant_id = merchant_id
        auth = BasicAuth(merchant_id, service_key)

        def remote(
            service: str, base_url: str, budget: Budget | None = None, *, rate_403: bool = False
        ) -> Remote:
            breaker = Breaker(f"{breaker_name}/{service}", now=clock.now, memory=breaker_memory)
            return Remote(
                SIDE,
                service,
                base_url,
                auth=auth,
                user_agent=user_agent,
                clock=clock,
                breaker=breaker,
                budget=budget,
                recorder=recorder,
                waiter=waiter,
                deadline=deadline,
                retry=retry,
                max_connections=max_connections,
                forbidden_is_rate=rate_403,
            )

        catalogue_budget = budgets.of(hosts.catalogue, "catalogue", CATALOGUE_ALLOWANCE)
        oms_budget = budgets.of(hosts.oms, "oms", OMS_ALLOWANCE)
        self.commissions_budget = budgets.of(hosts.listing, "commissions", COMMISSIONS_ALLOWANCE)
        ticket_host = hosts.ticket or hosts.catalogue
        self.catalogue_remote = remote(
            "catalogue", hosts.catalogue, catalogue_budget, rate_403=True
        )
        # The tickets stand on the catalogue's host and count against its limit.
        self.ticket_remote = remote("ticket", ticket_host, catalogue_budget, rate_403=True)
        self.listing_remote = remote("listing", hosts.listing)
        self.oms_remote = remote("oms", hosts.oms, oms_budget)
        self.shipping_remote = remote("shipping", hosts.shipping)

    @property
    def remotes(self) -> tuple[Remote, ...]:
        """One per service, for showing breakers and budgets."""
        return (
            self.catalogue_remote,
            self.ticket_remote,
            self.listing_remote,
            self.oms_remote,
            self.shipping_remote,
        )

    def ping(self) -> None:
        """The cheapest call that needs the credentials: raises what a flow would meet."""
        self.listings(limit=1)

    def hang_up(self) -> None:
        """Break the calls under way; the client stays usable."""
        for remote in self.remotes:
            remote.hang_up()

    def close(self) -> None:
        """Close all connections."""
        for remote in self.remotes:
            remote.close()

    def __enter__(self) -> HepsiburadaClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
