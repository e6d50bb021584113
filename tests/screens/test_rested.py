"""A costly figure rests in proportion to what it took."""

from __future__ import annotations

import pytest

from screens.monitoring import rested
from screens.monitoring.rested import Rested


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    monkeypatch.setattr(rested, "SHARE", 30)
    return _Clock()


def _read(figure: Rested[int], clock: _Clock, asked: str, value: int, *, took: float = 2.0) -> int:
    def make() -> int:
        clock.now += took
        return value

    return figure.get(asked, make)


def test_a_figure_rests_thirty_times_as_long_as_it_took(clock: _Clock) -> None:
    figure: Rested[int] = Rested(clock)
    assert _read(figure, clock, "today", 1) == 1
    assert figure.again_in == 0
    clock.now += 59
    assert _read(figure, clock, "today", 2) == 1
    assert figure.again_in == pytest.approx(1)
    clock.now += 1
    assert _read(figure, clock, "today", 3) == 3
    assert figure.again_in == 0


def test_another_question_is_answered_at_once(clock: _Clock) -> None:
    figure: Rested[int] = Rested(clock)
    _read(figure, clock, "today", 1)
    assert _read(figure, clock, "errors", 2) == 2


def test_what_is_forgotten_is_made_anew(clock: _Clock) -> None:
    figure: Rested[int] = Rested(clock)
    _read(figure, clock, "today", 1)
    figure.forget()
    assert _read(figure, clock, "today", 2) == 2
