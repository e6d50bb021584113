"""Ids that settings name must be there in Omnitron: carriers and reasons (R2.17 to R2.31)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from hbdash.cli.checks.model import ERROR, OFF, WARNING, Check, asked, good
from hbdash.domain.settings import ChannelSettings, setting
from hbdash.runs.kit import Connected
from hbdash.texts.translate import _


def id_checks(connected: Connected) -> Iterator[Check]:
    """What the mappings name against Omnitron's lists."""
    settings, omnitron = connected.settings, connected.omnitron
    answer, cargos = asked("carriers", omnitron.cargos, _("read"))
    if cargos is None:
        yield answer
    else:
        yield _mapped("cargo_company_mapping", settings, {one.pk for one in cargos})
        yield from _without_default(settings)
    for kind, keys in (
        ("refund", ("default_reason_id", "refund_reason_mapping")),
        ("cancel", ("cancellation_reason_id", "cancellation_reason_mapping")),
    ):
        name = f"{kind} reasons"
        answer, reasons = asked(name, lambda kind=kind: omnitron.cancellation_reasons(kind), "")  # type: ignore[misc]
        if reasons is None:
            yield answer
            continue
        known = {one.pk for one in reasons}
        for key in keys:
            yield _mapped(key, settings, known)


def _mapped(key: str, settings: ChannelSettings, known: Collection[int]) -> Check:
    """Every id of the setting is among the known ones."""
    label = setting(key).label
    value = getattr(settings, key)
    ids: Mapping[str, int] = value if isinstance(value, Mapping) else {"": value}
    given = {name: number for name, number in ids.items() if number is not None}
    if not given:
        # A required one is told by the check of the settings.
        return Check(label, OFF, _("empty"))
    strange = [f"{name} → {n}" if name else str(n) for name, n in given.items() if n not in known]
    if not strange:
        return good(label, _("every id is in Omnitron"))
    found = _("not in Omnitron: {ids}").format(ids=", ".join(strange[:5]))
    return Check(label, ERROR, found, _("Mend {label} in Omnitron.").format(label=label))


def _without_default(settings: ChannelSettings) -> Iterator[Check]:
    mapping = settings.cargo_company_mapping
    if mapping and not any(name.lower() == "default" for name in mapping):
        label = setting("cargo_company_mapping").label
        found = _("no “default”: orders of any other carrier wait")
        yield Check(label, WARNING, found, _("Add “default” with the carrier for the rest."))
