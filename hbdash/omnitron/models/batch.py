"""Batches, integration actions, penalties and reports: Omnitron's sync machinery (O§5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from hbdash.omnitron.models.channel import ContentType
from hbdash.omnitron.models.row import Row
from hbdash.transport.wire import (
    Bag,
    Flag,
    NullIsEmpty,
    ObjectOrNone,
    OptionalKey,
    OptionalPk,
    OptionalUtcMoment,
    OptionalWhole,
    Pk,
    Text,
    WireModel,
)


class BatchStatus(StrEnum):
    """Where a batch stands (O§5.3)."""

    INITIALIZED = "initialized"
    COMMIT = "commit"
    SENT = "sent_to_remote"
    ONGOING = "ongoing"
    DONE = "done"
    FAIL = "fail"


class FailedReason(StrEnum):
    """Who refused an object (O§5.5)."""

    MAPPING = "mapping"
    CHANNEL_APP = "channel_app"
    REMOTE = "remote"


@dataclass(frozen=True)
class BatchObject:
    """An object as a commit, a done or a fail names it.

    version_date: the row's `modified_date` as it was read, never re-read, so that a change made
    meanwhile is not lost (O§5.4). failed_reason None in a done: the object succeeded.
    """

    pk: int
    content_type: str
    version_date: datetime | None = None
    remote_id: str | None = None
    failed_reason: FailedReason | None = None


class BatchedObject(WireModel):
    """An object as the batch lists it."""

    pk: Pk
    content_type: Text = ""
    remote_id: OptionalKey = None
    failed_reason_type: Text = ""
    version_date: OptionalUtcMoment = None


class Batch(Row):
    """A batch request (O§5.2). remote_batch_id: what we put there, our own upload id."""

    local_batch_id: OptionalKey = None
    remote_batch_id: OptionalKey = None
    content_type: Text = ""
    status: Text
    objects: Annotated[tuple[BatchedObject, ...], NullIsEmpty] = ()
    created_date: OptionalUtcMoment = None
    modified_date: OptionalUtcMoment = None

    @property
    def is_closed(self) -> bool:
        return self.status.lower() in {BatchStatus.DONE, BatchStatus.FAIL}


class IntegrationAction(Row):
    """That an object exists on the channel as `remote_id` (O§5.1).

    version_date: the object's `modified_date` last synced. status: processing, success, error, "".
    """

    object_id: Pk
    content_type_pk: OptionalPk = None
    content_type: Annotated[ContentType | None, ObjectOrNone] = None
    remote_id: OptionalKey = None
    version_date: OptionalUtcMoment = None
    state: Bag = {}
    local_batch_id: OptionalKey = None
    status: Text = ""
    modified_date: OptionalUtcMoment = None

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "pk": ("id",),
        "content_type_pk": ("contenttypeid", "contenttype"),
    }


class FailedIntegration(Row):
    """A penalty row (O§5.6). retry_interval in seconds; expiration_date: no try after it."""

    object_id: Pk
    content_type_pk: OptionalPk = None
    content_type: Annotated[ContentType | None, ObjectOrNone] = None
    reason_type: Text = ""
    is_active: Flag = True
    version_date: OptionalUtcMoment = None
    expiration_date: OptionalUtcMoment = None
    retry_count: OptionalWhole = None
    max_retry_count: OptionalWhole = None
    retry_interval: OptionalWhole = None
    integration_action: OptionalPk = None
    log_id: OptionalPk = None
    created_date: OptionalUtcMoment = None
    modified_date: OptionalUtcMoment = None

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "pk": ("id",),
        "content_type_pk": ("contenttypeid", "contenttype"),
    }


@dataclass(frozen=True)
class ErrorReport:
    """One line of Omnitron's "Marketplace Logs" (O§5.8).

    action_content_type: a content type's number. error_code:
    `{local_batch_id}-{Channel|Omnitron}-{CommandName}`. raw_request: `METHOD - url - body`.
    """

    action_content_type: int
    action_object_id: int
    error_code: str
    error_desc: str
    is_ok: bool
    obj_modified_date: datetime | None = None
    raw_request: str = ""
    raw_response: str = ""
    target_content_type: int | None = None
    target_object_id: int | None = None
