from __future__ import annotations

from datetime import timedelta

import pytest

from hbdash.domain.states import (
    ClaimState,
    DataState,
    DeadlineState,
    FailureState,
    OfferState,
    RunState,
    deadline_state,
    look_of,
)

KINDS = (RunState, FailureState, OfferState, ClaimState, DeadlineState, DataState)
COLOURS = {"text", "text-muted", "accent", "success", "warning", "error"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_has_a_look_of_one_cell(kind: type[RunState]) -> None:
    for state in kind:
        look = look_of(state)
        assert len(look.sign) == len(look.ascii) == 1
        assert look.ascii.isascii()
        assert look.colour in COLOURS


@pytest.mark.parametrize("kind", [RunState, FailureState, OfferState])
def test_states_that_share_a_column_have_signs_of_their_own(kind: type[RunState]) -> None:
    looks = [look_of(state) for state in kind]
    assert len({look.sign for look in looks}) == len(looks)
    assert len({look.ascii for look in looks}) == len(looks)


@pytest.mark.parametrize(
    ("hours", "state"),
    [(25, DeadlineState.FAR), (24, DeadlineState.FAR), (23.9, DeadlineState.TODAY),
     (4, DeadlineState.TODAY), (3.9, DeadlineState.SOON), (1, DeadlineState.SOON),
     (0.9, DeadlineState.NOW), (0, DeadlineState.MISSED), (-3, DeadlineState.MISSED)],
)  # fmt: skip
def test_deadlines(hours: float, state: DeadlineState) -> None:
    assert deadline_state(timedelta(hours=hours)) is state
