"""Who may do what, and what the trail keeps of it."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.actions.actor import Actor, Refused, Role, require, role_of
from hbdash.actions.audit import acting
from hbdash.store.tables import Audit, Notice
from hbdash.texts.refusals import refusal
from tests.support.alarm_world import AlarmWorld

OPERATOR = Actor("ayse", Role.OPERATOR, "dashboard")
VIEWER = Actor("can", Role.VIEWER, "cli")


@pytest.mark.parametrize(
    ("user", "role"),
    [("root", Role.ADMIN), ("ayse", Role.OPERATOR), ("both", Role.ADMIN), ("can", Role.VIEWER)],
)
def test_the_role_of_a_user_is_the_highest_list_he_is_in(user: str, role: Role) -> None:
    assert role_of(user, ["root", "both"], ["ayse", "both"]) is role


def test_a_higher_role_may_what_a_lower_one_may() -> None:
    for held in Role:
        for needed in Role:
            actor = Actor("x", held, "cli")
            assert actor.may(needed) is (held >= needed)
            if held >= needed:
                require(actor, needed)
            else:
                with pytest.raises(Refused) as refused:
                    require(actor, needed)
                assert refused.value.id == "action.not_allowed"
                assert needed.word in refusal(refused.value.id, refused.value.params)


def test_read_only_refuses_even_an_admin() -> None:
    actor = Actor("root", Role.ADMIN, "dashboard", read_only=True)
    assert not actor.may(Role.VIEWER)
    with pytest.raises(Refused, match="read_only"):
        require(actor, Role.VIEWER)


def put(world: AlarmWorld, actor: Actor, *, refuse: bool = False, changed: bool = True) -> None:
    with acting(
        world.db, world.clock, actor, world.channel_id, "notice.put", needs=Role.OPERATOR,
        target="n", detail={"n": 1},
    ) as act:  # fmt: skip
        act.connection.execute(
            Notice.__table__.insert().values(  # type: ignore[attr-defined]
                channel_id=world.channel_id, target="x", title="t", body="b", state="waiting",
                tries=0, created_at=world.now, error="",
            )
        )  # fmt: skip
        act.target = "notice"
        act.changed = changed
        if refuse:
            raise Refused("alarm.unknown", {"alarm": 1})


def trail(world: AlarmWorld) -> list[dict[str, Any]]:
    return [
        {key: row[key] for key in ("who", "role", "via", "target", "detail", "outcome")}
        for row in world.rows(Audit)
    ]


def test_what_was_done_is_kept_with_it(world: AlarmWorld) -> None:
    put(world, OPERATOR)
    assert len(world.notices) == 1
    assert trail(world) == [
        {"who": "ayse", "role": "operator", "via": "dashboard", "target": "notice",
         "detail": {"n": 1}, "outcome": "accepted"}
    ]  # fmt: skip


def test_a_refusal_undoes_the_write_and_is_kept(world: AlarmWorld) -> None:
    with pytest.raises(Refused):
        put(world, OPERATOR, refuse=True)
    assert world.notices == []
    assert trail(world) == [
        {"who": "ayse", "role": "operator", "via": "dashboard", "target": "notice",
         "detail": {"n": 1, "refusal": "alarm.unknown"}, "outcome": "refused"}
    ]  # fmt: skip


def test_who_may_not_changes_nothing_and_is_named(world: AlarmWorld) -> None:
    with pytest.raises(Refused):
        put(world, VIEWER)
    assert world.notices == []
    [line] = trail(world)
    assert (line["who"], line["outcome"]) == ("can", "refused")


def test_a_read_only_session_writes_nothing_at_all(world: AlarmWorld) -> None:
    commits: list[int] = []
    world.db.on_commit(lambda: commits.append(1))
    with pytest.raises(Refused):
        put(world, Actor("root", Role.ADMIN, "dashboard", read_only=True))
    assert commits == []


def test_a_second_press_that_changes_nothing_leaves_no_line(world: AlarmWorld) -> None:
    put(world, OPERATOR, changed=False)
    assert trail(world) == []


def test_another_fault_undoes_the_write_and_is_no_refusal(world: AlarmWorld) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        acting(world.db, world.clock, OPERATOR, world.channel_id, "x", needs=Role.OPERATOR),
    ):
        raise ZeroDivisionError
    assert trail(world) == []
