"""Tickets and decisions on matches through the client (H§7.3, H§8)."""

from __future__ import annotations

import pytest

from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.errors import NotVisibleYet
from hbdash.hepsiburada.models.tickets import TicketItem
from hbdash.transport.errors import LostAnswer, Refused
from tests.hepsiburada.conftest import Fault
from tests.sandbox.conftest import SandboxUnderTest


def test_a_ticket_is_sent_followed_and_found_again(
    client: HepsiburadaClient, sandbox: SandboxUnderTest
) -> None:
    listed = client.listings(limit=2).rows
    changes = [TicketItem(one.hepsiburada_sku, {"productName": "Ad"}) for one in listed]
    tracking = client.send_ticket(changes)
    found = client.ticket_status(tracking)
    assert {row.hb_sku for row in found.rows} == {one.hepsiburada_sku for one in listed}
    assert not any(row.is_completed for row in found.rows)
    assert {one.word for row in found.rows for one in row.update_results} == {"IN_PROGRESS"}
    sandbox.move(60)
    assert all(row.is_completed for row in client.ticket_status(tracking).rows)
    (past,) = client.tickets_of(listed[0].hepsiburada_sku)
    assert past.tracking_id == tracking
    assert past.created_at is not None
    assert client.tickets_of("HBNONE") == ()


def test_an_id_that_is_not_known_is_not_visible_yet(client: HepsiburadaClient) -> None:
    with pytest.raises(NotVisibleYet):
        client.ticket_status("no-such-id")


def test_a_refused_ticket_says_why_and_a_lost_one_is_in_doubt(
    client: HepsiburadaClient, fault: Fault
) -> None:
    with pytest.raises(Refused, match="unknown field price"):
        client.send_ticket([TicketItem("HB1", {"price": "1"})])
    fault("lost_answer", "mpop", method="POST", path="integrator/import", count=1)
    with pytest.raises(LostAnswer) as caught:
        client.send_ticket([TicketItem("HB1", {"desi": "1"})])
    assert caught.value.unknown_outcome


def test_a_decision_on_a_match_is_never_repeated_by_itself(
    client: HepsiburadaClient, fault: Fault
) -> None:
    fault("lost_answer", "mpop", method="POST", path="prematch", count=1)
    with pytest.raises(LostAnswer) as caught:
        client.approve_prematch(["NO-SUCH"])
    assert caught.value.unknown_outcome
    client.reject_prematch(["NO-SUCH"])
