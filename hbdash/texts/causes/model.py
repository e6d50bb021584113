"""The form of a cause's texts."""

from __future__ import annotations

from dataclasses import dataclass

#: R8.1 and O§4.3, word for word; `{code}` is `137_Merkez` or the bare name.
ADDRESS_LOG = (
    "Address is not valid. channel: {channel} code: {code} model: {model} "
    "{parent_model} id: {parent_id}, {parent_model} name: {parent}"
)


@dataclass(frozen=True)
class CauseText:
    """What a failure says, in English; `{name}` is a parameter of the failure.

    cause: at most 30 letters, so that a list of 80 columns shows it whole. meaning: what it means
    for the shop. remedy: what to do. log: the setup guide's own wording, never translated; "" =
    the guide has none.
    """

    cause: str
    meaning: str
    remedy: str
    log: str = ""
