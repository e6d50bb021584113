"""Calls about what exists on the channel, what is penalised, and what is reported (O§5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hbdash.omnitron.calls import Calls, Page, joined, slices, stamp
from hbdash.omnitron.models.batch import ErrorReport, FailedIntegration, IntegrationAction
from hbdash.transport.errors import BadShape, NotFound
from hbdash.transport.wire import parse_one


class ActionCalls(Calls):
    """Integration actions, failed integrations, error reports. Content types are model names."""

    def integration_actions(
        self,
        content_type: str | None = None,
        *,
        object_ids: Sequence[int] | None = None,
        remote_ids: Sequence[str] | None = None,
        remote_id: str | None = None,
        local_batch_id: str | None = None,
        status: str | None = None,
    ) -> tuple[IntegrationAction, ...]:
        """All actions that match every filter given. remote_id: exactly this one."""
        params: dict[str, object] = {
            "content_type_name": content_type,
            "remote_id__exact": remote_id,
            "local_batch_id": local_batch_id,
            "status": status,
            "sort": "id",
        }
        path = self._path("integration_actions")
        keyed = {"object_id__in": object_ids, "remote_id__in": remote_ids}
        name, keys = next(((n, k) for n, k in keyed.items() if k is not None), ("", None))
        if keys is None:
            return self._all(path, IntegrationAction, params)
        found: list[IntegrationAction] = []
        for portion in slices(keys, 50):
            found.extend(self._all(path, IntegrationAction, {**params, name: joined(portion)}))
        return tuple(found)

    def deleted_products(self, limit: int = 200) -> Page[IntegrationAction]:
        """Products that left the catalogue and are still on the channel: all pages as one.

        Whole, since a row stays in the list until its action is deleted: the first page alone
        would show the same rows until the last of them is off sale. Rows that can't be read are
        in ``faulty``.
        """
        params = {"model": "product", "channel_id": self.channel_id, "sort": "id"}
        path = self._path("integration_actions", "deleted")
        rows: dict[int, IntegrationAction] = {}
        faulty: list[BadShape] = []
        for page in self._pages(path, IntegrationAction, params, limit=limit):
            rows |= {row.pk: row for row in page.rows}
            faulty += page.faulty
        return Page(tuple(rows.values()), tuple(faulty), total=len(rows))

    def create_action(
        self,
        content_type_pk: int,
        object_id: int,
        remote_id: str,
        version_date: datetime | None,
        state: Mapping[str, Any] | None = None,
    ) -> IntegrationAction:
        """Say that the object exists on the channel as `remote_id`."""
        body = {
            "channel_id": self.channel_id,
            "content_type_id": content_type_pk,
            "object_id": object_id,
            "remote_id": remote_id,
            "version_date": stamp(version_date),
            "state": dict(state or {}),
        }
        reply = self.remote.request("POST", self._path("integration_actions"), json=body)
        return parse_one(IntegrationAction, reply.json(), reply)

    def patch_action(
        self,
        pk: int,
        *,
        remote_id: str | None = None,
        version_date: datetime | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> IntegrationAction:
        """Write the given fields; None leaves one as it is. Harmless twice."""
        body: dict[str, object] = {}
        if remote_id is not None:
            body["remote_id"] = remote_id
        if version_date is not None:
            body["version_date"] = stamp(version_date)
        if state is not None:
            body["state"] = dict(state)
        path = self._path("integration_actions", pk)
        reply = self.remote.request("PATCH", path, json=body, repeatable=True)
        return parse_one(IntegrationAction, reply.json(), reply)

    def delete_action(self, pk: int) -> bool:
        """False: it was gone already."""
        return self._delete("integration_actions", pk)

    def failed_integrations(
        self, content_type_pk: int | None = None, *, object_ids: Sequence[int] | None = None
    ) -> tuple[FailedIntegration, ...] | None:
        """Penalty rows. None: this Omnitron does not list them (O§5.6), so our own count."""
        params: dict[str, object] = {"content_type": content_type_pk, "sort": "id"}
        path = self._path("failed_integrations")
        try:
            if object_ids is None:
                return self._all(path, FailedIntegration, params)
            found: list[FailedIntegration] = []
            for portion in slices(object_ids, 50):
                keyed = {**params, "object_id__in": joined(portion)}
                wanted = set(portion)
                # A filter this route does not know is ignored, so the rows are filtered here too.
                rows = self._all(path, FailedIntegration, keyed)
                found.extend(row for row in rows if row.object_id in wanted)
            return tuple(found)
        except NotFound:
            return None

    def delete_failed_integration(self, pk: int) -> bool:
        """Lift a penalty. False: it was gone already, which is as good."""
        return self._delete("failed_integrations", pk)

    def error_report(self, report: ErrorReport) -> None:
        """Write one line of Omnitron's log (O§5.8). A line lost on the way is not written twice."""
        body: dict[str, object] = {
            "action_content_type": report.action_content_type,
            "action_object_id": report.action_object_id,
            "target_object_id": report.target_object_id or self.channel_id,
            "obj_modified_date": stamp(report.obj_modified_date),
            "error_code": report.error_code,
            "error_desc": report.error_desc,
            "raw_request": report.raw_request,
            "raw_response": report.raw_response,
            "is_ok": report.is_ok,
        }
        if report.target_content_type is not None:
            body["target_content_type"] = report.target_content_type
        self.remote.request("POST", self._path("error_reports"), json=body)

    def _delete(self, resource: str, pk: int) -> bool:
        path = self._path(resource, pk)
        reply = self.remote.request("DELETE", path, expect=(404,), repeatable=True)
        return reply.status != 404
