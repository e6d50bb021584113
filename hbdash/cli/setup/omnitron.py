"""First step: Omnitron's address, its login and the channel, each tested as it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hbdash.cli.common import FAILED, UNAVAILABLE, WRONG_USE, CommandFailed
from hbdash.cli.setup.asking import Asker
from hbdash.config import ChannelConfig
from hbdash.domain.clock import Clock
from hbdash.omnitron.client import OmnitronClient
from hbdash.omnitron.models.channel import Channel
from hbdash.texts.causes import cause
from hbdash.texts.translate import _
from hbdash.transport.errors import AuthRefused, NotFound, RemoteError

_LOGIN = ("omnitron_url", "omnitron_username", "omnitron_password")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Side:
    """Omnitron as it answered: keys of ``[channels.omnitron]``, a client, the channel."""

    access: dict[str, Any]
    client: OmnitronClient
    channel: Channel


def meet_omnitron(asker: Asker, known: ChannelConfig | None, clock: Clock) -> Side:
    """Ask until the login works and the channel is there."""
    while True:
        access, secret = _access(asker, known)
        number = _number(asker, known)
        client = OmnitronClient(
            access["url"],
            number,
            clock=clock,
            username=access.get("username", ""),
            password=secret,
            token=access.get("token"),
        )
        try:
            client.ping()
            channel = client.channel()
        except NotFound:
            client.close()
            why = _("Omnitron has no channel {id}").format(id=number)
            asker.refuse(("channel_id",), why, FAILED)
        except AuthRefused as error:
            client.close()
            asker.refuse(_LOGIN, error.message, FAILED)
        except RemoteError as error:
            client.close()
            why = f"{cause(error.failure_id, error.params)}: {error.message}"
            asker.refuse(_LOGIN, why, UNAVAILABLE)
        else:
            asker.tell(f"✓ Omnitron, channel {number}: {channel.name}")
            return Side(access, client, channel)


def _access(asker: Asker, known: ChannelConfig | None) -> tuple[dict[str, Any], str]:
    """Keys of the table, and the password wherever it lies."""
    before = known.omnitron if known is not None else None
    url = asker.ask(
        "omnitron_url", _("Address of Omnitron"), default=before.url if before else ""
    ).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CommandFailed(f"{url!r} is no web address", WRONG_USE)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise CommandFailed(f"{url}: a password must not travel unencrypted; use https", WRONG_USE)
    if token := asker.given("omnitron_token"):
        return {"url": url, "token": token}, ""
    username = asker.ask(
        "omnitron_username", _("User of Omnitron"), default=before.username if before else ""
    )
    password = asker.ask(
        "omnitron_password", _("Password of Omnitron"), secret=True,
        default=before.secret() if before is not None and before.username == username else "",
    )  # fmt: skip
    access: dict[str, Any] = {"url": url, "username": username}
    file = asker.file_of("omnitron_password")
    if file is not None:
        access |= {"password_file": str(file.resolve()), "password": None}
    elif before is None or before.password_file is None or password != before.secret():
        access |= {"password": password, "password_file": None}
    return access, password


def _number(asker: Asker, known: ChannelConfig | None) -> int:
    text = asker.ask(
        "channel_id", _("Number of the sales channel in Omnitron"),
        default=str(known.remote_id) if known is not None else "",
    )  # fmt: skip
    if not text.isdecimal():
        raise CommandFailed(f"{text!r} is no channel number", WRONG_USE)
    return int(text)
