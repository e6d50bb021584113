"""The text of a ticket: what the support of the other side needs to find one call."""

from __future__ import annotations

from datetime import UTC, tzinfo

from hbdash.domain.failures import FAILURES
from hbdash.store.log.reader import LogRow
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.causes import cause, meaning
from hbdash.texts.labels import flow_label
from screens.monitoring.reading import LineDetail

_LONGEST = 6_000
"""Letters of request and response each: terminals refuse to copy much more."""


def ticket_text(
    row: LogRow, found: LineDetail | None, brand: str, channel: str, zone: tzinfo
) -> str:
    """The line, its bodies and its last tries; what is stored is masked already."""
    local = row.at.astimezone(zone)
    lines = [
        f"{brand} · {channel}: {row.key or flow_label(row.flow)}",
        "",
        _("When: {local} ({utc} UTC)").format(
            local=f"{local:%Y-%m-%d %H:%M:%S %Z}", utc=f"{row.at.astimezone(UTC):%H:%M:%S}"
        ),
        _("Flow: {flow}, run {run}").format(
            flow=flow_label(row.flow), run=row.run_id if row.run_id is not None else "–"
        ),
    ]
    if row.kind or row.key:
        lines.append(_("Record: {kind} {key}").format(kind=row.kind, key=row.key))
    if found is not None and found.detail.correlation_id:
        lines.append(_("Correlation id: {id}").format(id=found.detail.correlation_id))
    if row.code in FAILURES:
        lines.append(_("Cause: {cause} ({code})").format(
            cause=cause(row.code, row.params), code=row.code))  # fmt: skip
        lines.append(meaning(row.code, row.params))
    lines += ["", row.message[:_LONGEST]]
    if found is not None:
        for name, body in (
            (_("Request"), found.detail.request),
            (_("Response"), found.detail.response),
        ):
            if body:
                lines += ["", f"{name}:", body[:_LONGEST]]
        tries = [one for one in found.story if one.code == row.code and one.id != row.id]
        if tries:
            lines += ["", _("The same before:")]
            lines += [f"{one.at.astimezone(zone):%Y-%m-%d %H:%M:%S}" for one in tries[:10]]
            if len(tries) > 10:
                lines.append(_("and {n} more").format(n=fmt.number(len(tries) - 10)))
    return "\n".join(lines) + "\n"
