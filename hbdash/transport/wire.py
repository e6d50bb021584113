"""Reading JSON that keeps no promise: the base of both clients' models.

Field names are matched without regard to case and underscores (H§3.6: `merchantSKU`, `MerchantSku`
and `merchant_sku` are one field), unknown fields are ignored, numbers may be text and text numbers,
dates have 0 to 9 decimals. What is still no use becomes `BadShape` with the endpoint and the field,
and nothing else is ever raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    model_validator,
)

from hbdash.domain.clock import TURKEY, parse_time
from hbdash.domain.money import lira
from hbdash.transport.errors import BadShape
from hbdash.transport.reply import Reply

_LARGEST_WHOLE = 2**63 - 1


def _text(value: object) -> object:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    raise ValueError("not a text")


def _key(value: object) -> object:
    text = _text(value)
    stripped = text.strip() if isinstance(text, str) else ""
    if not stripped:
        raise ValueError("an identifier is missing")
    return stripped


def _key_or_none(value: object) -> object:
    return None if value is None or (isinstance(value, str) and not value.strip()) else _key(value)


def _whole(value: object) -> object:
    if type(value) is int and -_LARGEST_WHOLE <= value <= _LARGEST_WHOLE:
        return value
    if isinstance(value, bool):
        raise ValueError("not a number")
    if isinstance(value, str | float | int):
        amount = lira(value)
        if amount == amount.to_integral_value() and abs(amount) <= _LARGEST_WHOLE:
            if isinstance(value, str) and not value.strip():
                raise ValueError("not a number")
            return int(amount)
    raise ValueError("not a whole number")


def _whole_or_none(value: object) -> object:
    return None if value is None or value == "" else _whole(value)


def _amount(value: object) -> object:
    if isinstance(value, Mapping):
        # Money as an object (H§3.4); its currency is read apart where it matters.
        value = next((v for k, v in value.items() if str(k).lower() == "amount"), None)
    if value is None or (isinstance(value, str) and not value.strip()):
        raise ValueError("an amount is missing")
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        return lira(value)
    raise ValueError("not an amount")


def _amount_or_none(value: object) -> object:
    return None if value is None or value == "" else _amount(value)


def _moment(value: object) -> object:
    if isinstance(value, str):
        return parse_time(value, TURKEY)
    raise ValueError("not a time")


def _moment_or_none(value: object) -> object:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str) and value.startswith("0001-01-01"):
        # .NET's way to say "never".
        return None
    return _moment(value)


def _utc_moment(value: object) -> object:
    if isinstance(value, str):
        return parse_time(value, UTC)
    raise ValueError("not a time")


def _utc_moment_or_none(value: object) -> object:
    return None if value is None or value == "" else _utc_moment(value)


_TRUE = {"true", "1", "yes"}
_FALSE = {"false", "0", "no", ""}


def _flag(value: object) -> object:
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in _TRUE | _FALSE:
        return value.strip().lower() in _TRUE
    raise ValueError("neither true nor false")


def _rows(value: object) -> object:
    """null stands for an empty list (H§9.1: nullable arrays)."""
    return [] if value is None else value


def _mapping(value: object) -> object:
    """null and anything that is no object count as an empty one; keys become text."""
    if isinstance(value, Mapping):
        return {str(name): one for name, one in value.items()}
    return {}


# Descriptive text: null is "", a number is its digits.
Text = Annotated[str, BeforeValidator(_text)]
# An identifier: never empty, blanks at its ends removed, always text (leading zeros count, H§3.5).
Key = Annotated[str, BeforeValidator(_key)]
OptionalKey = Annotated[str | None, BeforeValidator(_key_or_none)]
Whole = Annotated[int, BeforeValidator(_whole)]
OptionalWhole = Annotated[int | None, BeforeValidator(_whole_or_none)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
OptionalAmount = Annotated[Decimal | None, BeforeValidator(_amount_or_none)]
# Aware UTC; without a zone it is Turkey's time (H§3.3).
Moment = Annotated[datetime, BeforeValidator(_moment)]
OptionalMoment = Annotated[datetime | None, BeforeValidator(_moment_or_none)]
# Aware UTC; without a zone it is UTC (O§1.9).
UtcMoment = Annotated[datetime, BeforeValidator(_utc_moment)]
OptionalUtcMoment = Annotated[datetime | None, BeforeValidator(_utc_moment_or_none)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_rows)]
Bag = Annotated[dict[str, Any], BeforeValidator(_mapping)]
# For a nested model that is sent as an object or only as a number: no object, no model.
ObjectOrNone = BeforeValidator(lambda value: value if isinstance(value, Mapping) else None)
ObjectOrEmpty = BeforeValidator(_mapping)
# For tuples of models: `Annotated[tuple[Row, ...], NullIsEmpty]`.
NullIsEmpty = BeforeValidator(_rows)


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    """A field's name without case and underscores, as names are matched."""
    return name.replace("_", "").lower()


class WireModel(BaseModel):
    """Base of everything read from the wire: frozen, tolerant as the module says.

    `other_names`: attribute → further spellings that mean the same (folded), tried in order when
    its own name is absent.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=False)

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @model_validator(mode="before")
    @classmethod
    def _by_folded_name(cls, data: object) -> object:
        if not isinstance(data, dict):
            raise ValueError("not an object")
        attributes = _spellings(cls)
        found: dict[str, Any] = {attributes[name]: value for name, value in data.items()}
        found.pop("", None)
        if cls.other_names:
            _fill_others(cls, data, found)
        return found


class _Spellings(dict[object, str]):
    """Name on the wire → attribute, "" for unknown names; each spelling is looked up once.

    A sweep reads a million rows with the same thirty names.
    """

    _MOST = 1000

    def __init__(self, model: type[WireModel]) -> None:
        super().__init__()
        self._by_folded = {folded(name): name for name in model.model_fields}

    def __missing__(self, name: object) -> str:
        attribute = self._by_folded.get(folded(name), "") if isinstance(name, str) else ""
        if len(self) < self._MOST:
            self[name] = attribute
        return attribute


@lru_cache(maxsize=256)
def _spellings(model: type[WireModel]) -> _Spellings:
    return _Spellings(model)


def _fill_others(
    model: type[WireModel], data: Mapping[object, object], found: dict[str, Any]
) -> None:
    absent = [name for name in model.other_names if found.get(name) in (None, "")]
    if not absent:
        return
    missing = {other: name for name in absent for other in model.other_names[name]}
    for name, value in data.items():
        attribute = missing.get(folded(name) if isinstance(name, str) else "")
        if attribute is not None and found.get(attribute) in (None, ""):
            found[attribute] = value


M = TypeVar("M", bound=WireModel)


def parse_one(model: type[M], data: object, reply: Reply, where: str = "") -> M:
    """`data` as one model. `BadShape` names the field below `where`."""
    try:
        return model.model_validate(data)
    except ValidationError as fault:
        field, why = _first_fault(fault)
        raise reply.bad_shape(".".join(filter(None, (where, field))), why) from None
    except RecursionError:
        raise reply.bad_shape(where, "nested too deeply") from None


@dataclass(frozen=True)
class Rows(Generic[M]):
    """The rows of one answer. faulty: an error for each row that can't be read.

    One unreadable record must not hide the healthy ones beside it (design rule 3), and must not
    vanish either: whoever takes `rows` has to say what becomes of `faulty`.
    """

    rows: tuple[M, ...] = ()
    faulty: tuple[BadShape, ...] = ()

    @property
    def seen(self) -> int:
        """How many rows the answer had, readable or not: what paging counts."""
        return len(self.rows) + len(self.faulty)


def parse_rows(model: type[M], data: object, reply: Reply, where: str = "") -> Rows[M]:
    """`data` as rows; null is no rows. `BadShape` is raised only if it is no list at all."""
    if data is None:
        return Rows()
    if not isinstance(data, list | tuple):
        raise reply.bad_shape(where, "not a list")
    good: list[M] = []
    faulty: list[BadShape] = []
    for n, row in enumerate(data):
        try:
            good.append(parse_one(model, row, reply, f"{where}[{n}]"))
        except BadShape as fault:
            fault.row = row
            faulty.append(fault)
    return Rows(tuple(good), tuple(faulty))


def parse_all(model: type[M], data: object, reply: Reply, where: str = "") -> tuple[M, ...]:
    """As `parse_rows`, where a single unreadable row makes the whole answer useless."""
    found = parse_rows(model, data, reply, where)
    if found.faulty:
        raise found.faulty[0]
    return found.rows


def _first_fault(fault: ValidationError) -> tuple[str, str]:
    first = fault.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    return path, first["msg"].removeprefix("Value error, ")


def member(data: object, name: str, default: object = None) -> Any:
    """The member of an envelope by its folded name; `default` if absent or `data` is no object."""
    if isinstance(data, Mapping):
        wanted = folded(name)
        for key, value in data.items():
            if isinstance(key, str) and folded(key) == wanted:
                return value
    return default


def _pk(value: object) -> object:
    """A row's number, also where the row itself stands nested in place of it (O§5.1)."""
    if isinstance(value, Mapping):
        return _whole(member(value, "pk", member(value, "id")))
    return _whole(value)


def _pk_or_none(value: object) -> object:
    return None if value is None or value == "" else _pk(value)


# A reference to a row: its number, or the row itself as an object.
Pk = Annotated[int, BeforeValidator(_pk)]
OptionalPk = Annotated[int | None, BeforeValidator(_pk_or_none)]
