"""From style words to colours: the only place where a token becomes a colour."""

from __future__ import annotations

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from screens.widgets.line import Line
from styles.theme import tokens

_ATTRIBUTES = {"bold", "underline", "reverse", "strike"}
_PILLS = {"sandbox-ground", "production", "selection"}


_ASCII = str.maketrans(
    "✓·►○▲×■□║→…↑↓←–»─│┌┐└┘▌•’“”−▁▂▃▄▅▆▇█",
    '+.>o!x#-=>~^v<-&-|++++>*\'""-.:-=+*##',
)
"""Each sign and its ASCII twin (look section 4), one cell each; eighth blocks become a scale."""


class Palette:
    """A theme in a colour mode (``full``, ``16``, ``none``), with signs ``full`` or ``ascii``."""

    def __init__(self, theme: str, mode: str, signs: str = "full") -> None:
        self.theme = theme
        self.mode = mode
        self.signs = signs
        self._colours: dict[str, RichColor] = {
            name: Color.parse(value).rich_color for name, value in tokens(theme, mode).items()
        }
        self._styles: dict[tuple[str, str, bool], Style] = {}

    def style(self, words: str, ground: str, shaded: bool = False) -> Style:
        """Style of ``words`` on the ground token ``ground``; ``shaded`` is behind an overlay."""
        key = (words, ground, shaded)
        found = self._styles.get(key)
        if found is None:
            found = self._styles[key] = self._make(words.split(), ground, shaded)
        return found

    def _make(self, words: list[str], ground: str, shaded: bool) -> Style:
        attributes = {word for word in words if word in _ATTRIBUTES}
        colour = "text"
        for word in words:
            if word.startswith("/"):
                ground = word[1:]
            elif word not in _ATTRIBUTES:
                colour = word.removeprefix("text-")
        if shaded:
            attributes.clear()
            colour = "shade"
            ground = ground if ground == "panel" else "background"
        if self.mode == "none":
            attributes |= _plain_attributes(colour)
            if ground in _PILLS:
                attributes ^= {"reverse"}
            return _style(attributes)
        front = self._colours[colour]
        if self.mode == "16" and ground == "selection":
            front = RichColor.from_ansi(15)
        return _style(attributes, front, self._colours[ground])

    def strip(self, line: Line, width: int, ground: str, shaded: bool = False) -> Strip:
        """``line`` painted over exactly ``width`` cells."""
        ground = line.ground or ground
        spans = line.spans
        if self.signs == "ascii":
            spans = tuple((text.translate(_ASCII), words) for text, words in spans)
        segments = [Segment(text, self.style(words, ground, shaded)) for text, words in spans]
        return Strip(segments, line.width).adjust_cell_length(width, self.style("", ground, shaded))


def _style(
    attributes: set[str], front: RichColor | None = None, back: RichColor | None = None
) -> Style:
    return Style(
        color=front,
        bgcolor=back,
        bold="bold" in attributes or None,
        underline="underline" in attributes or None,
        reverse="reverse" in attributes or None,
        strike="strike" in attributes or None,
    )


def _plain_attributes(colour: str) -> set[str]:
    """What stands for a colour where there is none (look section 3, NO_COLOR)."""
    if colour == "error":
        return {"bold", "underline"}
    return {"bold"} if colour in ("accent", "warning", "on-production") else set()
