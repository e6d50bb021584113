"""JSON arguments of ``/control/do`` turned into what the functions take."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from hbdash.sandbox.seed.catalogue import SeedProduct, product
from hbdash.sandbox.world import World


class Wrong(Exception):
    """A request that can't be met; the message goes to the caller."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def is_number(value: Any) -> TypeGuard[float]:
    """A JSON number, not a yes or no."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def fitted(act: Callable[..., Any], given: dict[str, Any], world: World) -> dict[str, Any]:
    """JSON arguments as the function wants them: Decimal, aware times, products by number.

    A time may also be ``{"in_seconds": n}`` from the sandbox's now. Raises :class:`Wrong` naming
    the argument that does not fit.
    """
    wanted = typing.get_type_hints(act)
    given = _with_product(wanted, given, world)
    arguments = {}
    for name, value in given.items():
        try:
            arguments[name] = _fit(str(wanted.get(name, "")), value, world)
        except (ValueError, InvalidOperation, TypeError) as error:
            raise Wrong(f"{name}: {value!r} does not fit") from error
    try:
        inspect.signature(act).bind(world, **arguments)
    except TypeError as error:
        raise Wrong(f"{error}; it takes {signature(act)}") from error
    return arguments


def _with_product(wanted: dict[str, Any], given: dict[str, Any], world: World) -> dict[str, Any]:
    """``{"n": 12345}`` stands for the product with that number, where one is wanted."""
    for name, hint in wanted.items():
        if hint is SeedProduct and name not in given and isinstance(given.get("n"), int):
            rest = {key: value for key, value in given.items() if key != "n"}
            return rest | {name: product(world.seed, given["n"])}
    return given


def _fit(hint: str, value: Any, world: World) -> Any:
    if value is None:
        return None
    if "datetime" in hint:
        if isinstance(value, dict) and is_number(value.get("in_seconds")):
            return world.clock.now() + timedelta(seconds=value["in_seconds"])
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if "Decimal" in hint and not isinstance(value, (list, dict)):
        return Decimal(str(value))
    return value


def signature(act: Callable[..., Any]) -> str:
    """What an action takes besides the world, as text."""
    parameters = list(inspect.signature(act).parameters.values())[1:]
    return f"({', '.join(str(parameter) for parameter in parameters)})"
