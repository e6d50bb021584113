"""What a screen may ask of the app it runs in: no screen knows the app itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast
from zoneinfo import ZoneInfo

from textual.dom import DOMNode

if TYPE_CHECKING:
    from datetime import datetime

    from hbdash.actions.actor import Actor
    from hbdash.domain.clock import Clock
    from hbdash.store.database import Database
    from screens.widgets.paint import Palette


@dataclass(frozen=True)
class ChannelFace:
    """A channel as the header shows it."""

    id: int
    brand: str
    """Name of the brand's installation: ``Lalezar``."""
    name: str
    """Name of the channel: ``Hepsiburada``."""
    zone: ZoneInfo
    environment: str
    """``sandbox`` or ``production``."""


@dataclass(frozen=True)
class EngineTrouble:
    """The engine of this process did not start."""

    text: str
    """The first line of the error."""
    next_try: datetime


@dataclass(frozen=True)
class Face:
    """What the app is started with; everything that reaches outside is in here."""

    db: Database
    clock: Clock
    channels: tuple[ChannelFace, ...]
    actor: Actor
    engine_here: Callable[[], bool] = lambda: False
    """Whether this process holds the lease and runs the flows."""
    engine_trouble: Callable[[], EngineTrouble | None] = lambda: None
    """Why the engine of this process does not start, and when it is tried again."""
    language: str = "en"
    theme: str = "dark"
    signs: str = "full"
    """``full`` or ``ascii``."""
    colours: str | None = None
    """``full``, ``16`` or ``none``; found out from the terminal when not given."""
    refresh: float = 0.5
    """Seconds between two looks at whether the database changed."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Action id → key names, separated by commas, instead of the built-in ones."""
    watch: bool = True
    """Whether changes of the database are followed; tests read when they ask."""
    program: str = "hbdash"
    limits: Mapping[str, Any] = field(default_factory=dict)
    """Our own limits: ``photo_max_mb``, ``photo_max_count``."""


class Host(Protocol):
    """The part of the app that screens use."""

    face: Face
    palette: Palette

    @property
    def channel(self) -> ChannelFace:
        """The channel shown now."""
        ...

    def now(self) -> datetime:
        """The present, aware, UTC, from the injected clock."""
        ...

    def go(self, page_id: str, **target: Any) -> None:
        """Open a page, at ``target`` (see each page's ``open``)."""
        ...

    def back(self, quit_at_root: bool = True) -> None:
        """One step back in history; quits at its root, unless told not to."""
        ...

    def say(self, text: str, kind: str = "success") -> None:
        """One line at the bottom right: ``success`` goes by itself, ``error`` stays."""
        ...

    def read_again(self) -> None:
        """Load the shown page anew, as soon as the reader thread can."""
        ...

    def progress(self, request_id: int | None) -> None:
        """Follow a request to the engine in the line above the footer; None ends it."""
        ...

    def stop_followed(self) -> bool:
        """Ask whether to stop the run that is followed; False when there is none."""
        ...

    def open_overlay(self, overlay: Any, done: Callable[[Any], None] | None = None) -> None:
        """Show an overlay over the page, which loses its colour until it is closed."""
        ...


def host(node: DOMNode) -> Host:
    """The app of a widget or screen, as screens see it."""
    return cast(Host, node.app)
