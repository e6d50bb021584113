"""The file picker of the photos: the newest picture first, or a path that is typed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input
from textual.widgets.option_list import OptionDoesNotExist
from textual.worker import get_current_worker
from textual_fspicker import FileOpen
from textual_fspicker.base_dialog import Dialog
from textual_fspicker.parts import CurrentDirectory, DirectoryNavigation
from textual_fspicker.parts.directory_navigation import DirectoryEntry, DirectoryEntryStyling

from hbdash.texts import _
from hbdash.texts.claims import megabytes
from screens.widgets.line import Line, line, safe
from screens.widgets.lines import Lines

ENDINGS = (".jpg", ".jpeg", ".png")


class Entry(DirectoryEntry):
    """A folder or a picture, its name free of control characters."""

    def __init__(self, location: Path, styles: DirectoryEntryStyling) -> None:
        try:
            stat = location.stat()
        except OSError:
            stat = None
        self.is_folder = location.is_dir() if stat is not None else False
        self.changed = stat.st_mtime if stat is not None else 0.0
        self.bytes = stat.st_size if stat is not None else 0
        super().__init__(location, styles)

    def _as_renderable(self, location: Path) -> RenderableType:
        row = Table.grid(expand=True)
        row.add_column(no_wrap=True, ratio=1)
        row.add_column(no_wrap=True, justify="right", width=9)
        row.add_column(no_wrap=True, justify="right", width=18)
        name = safe(location.name)
        if self.is_folder:
            row.add_row(Text(f"{name}/"), Text(""), Text(""))
        else:
            when = datetime.fromtimestamp(self.changed, UTC).astimezone()
            row.add_row(Text(name), Text(megabytes(self.bytes)), Text(f"{when:%Y-%m-%d %H:%M} "))
        return row


class Folder(DirectoryNavigation):
    """Pictures of a folder, newest first, then its folders."""

    def hide(self, path: Path) -> bool:
        """Only folders and pictures."""
        return super().hide(path) or (not path.is_dir() and path.suffix.lower() not in ENDINGS)

    def _sort(self, entries: Iterable[DirectoryEntry]) -> Sequence[DirectoryEntry]:
        def place(entry: DirectoryEntry) -> tuple[bool, float, str]:
            assert isinstance(entry, Entry)
            newest = 0.0 if entry.is_folder else -entry.changed
            return (entry.is_folder, newest, entry.location.name)

        return sorted(entries, key=place)

    def _repopulate_display(self) -> None:
        """As the library does, with our entries; the cursor begins on the newest picture."""
        with self.app.batch_update():
            self.clear_options()
            if not self.is_root:
                self.add_option(Entry(self._location / "..", self._styles))
            self.add_options(
                self._sort(entry for entry in self._entries if not self.hide(entry.location))
            )
        first = 0 if self.is_root else 1
        try:
            entry = self.get_option_at_index(first)
        except OptionDoesNotExist:
            first = 0
        else:
            first = first if isinstance(entry, Entry) and not entry.is_folder else 0
        self.highlighted = first if self.option_count else None

    @work(exclusive=True, thread=True, exit_on_error=False)
    def _load(self) -> None:
        """Read the folder in a thread; one that can't be read is said and shown empty."""
        worker = get_current_worker()
        entries: list[DirectoryEntry] = []
        try:
            for path in self._location.iterdir():
                if worker.is_cancelled:
                    return
                if not self.hide(path):
                    entries.append(Entry(path, self._styles))
        except OSError:
            self.post_message(self.PermissionError(self, self._location))
        self._entries = entries
        if not worker.is_cancelled:
            self.app.call_from_thread(self._repopulate_display)


class Where(CurrentDirectory):
    """The folder's path as plain text."""

    def _watch_current_directory(self) -> None:
        path = safe(str(self.current_directory or ""))
        room = max(self.size.width - 2, 1)
        self.update(Content(path if len(path) <= room else f"…{path[-room + 1 :]}"))


class Paths(Suggester):
    """Ends a typed path; reads only the folder that is typed."""

    def __init__(self, root: Path) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.root = root

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(self._ending, value)

    def _ending(self, value: str) -> str | None:
        folder, slash, start = value.rpartition("/")
        try:
            where = self.root / Path(folder + slash).expanduser()
            names = sorted(entry.name for entry in os.scandir(where) if _plain(entry.name))
        except (OSError, ValueError, RuntimeError):
            return None
        for name in names:
            if name.startswith(start) and not (name.startswith(".") and not start):
                return f"{folder}{slash}{name}"
        return None


def _plain(name: str) -> bool:
    """Whether a name can be shown in a field as it is."""
    return safe(name) == name


class PhotoPicker(FileOpen):
    """Dismissed with the path of a file, or None. Letters that are typed begin a path."""

    def __init__(self, location: Path) -> None:
        super().__init__(location, _("Add a photo"), suggest_completions=False)
        self._paths = Paths(location)
        self._note = Lines(draw=self._keys, ground="panel", id="keys")
        self.ERROR_PERMISSION_ERROR = _("This folder can’t be read.")

    def compose(self) -> ComposeResult:
        with Dialog() as dialog:
            dialog.border_title = self._title
            yield Where()
            yield Folder(self._location)
            yield Input(
                placeholder=_("or type a path"),
                suggester=self._paths,
                compact=True,
                id="path",
                select_on_focus=False,
            )
            yield self._note

    def _keys(self, width: int) -> list[Line]:
        return [
            line(
                ("↑↓", "accent bold"), f" {_('move')}   ", ("enter", "accent bold"),
                f" {_('take')}   ", ("bksp", "accent bold"), f" {_('folder above')}   ",
                ("esc", "accent bold"), f" {_('close')}",
            ).cut(width)
        ]  # fmt: skip

    @on(DirectoryNavigation.Changed)
    def _moved(self) -> None:
        self._paths.root = self.query_one(Folder).location

    @on(DirectoryNavigation.Selected)
    def _taken(self, event: DirectoryNavigation.Selected) -> None:
        event.stop()
        event.prevent_default()
        self.dismiss(event.path)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        """A folder is gone to; a file is taken, and checked by whoever asked."""
        event.stop()
        event.prevent_default()
        value = event.value.strip()
        if not value:
            self.query_one(Folder).focus()
            return
        folder = self.query_one(Folder)
        try:
            path = folder.location / Path(value).expanduser()
            is_folder = path.is_dir()
        except (OSError, ValueError, RuntimeError):
            path, is_folder = Path(value), False
        if is_folder:
            folder.location = path.resolve()
            folder.focus()
            self.query_one(Input).value = ""
        else:
            self.dismiss(path)

    def on_key(self, event: events.Key) -> None:
        """A letter over the list begins a path."""
        field = self.query_one(Input)
        if self.focused is not field and event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            field.focus()
            field.insert_text_at_cursor(event.character)
