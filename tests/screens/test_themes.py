"""Themes: enough contrast, all tokens, and forms without colour."""

from __future__ import annotations

import pytest
from textual.color import Color

from screens.widgets.paint import Palette
from styles.theme import PLAIN, SIXTEEN, THEMES, colour_mode, textual_theme

TEXTS = ("text", "muted", "accent", "success", "warning", "error")
GROUNDS = ("background", "panel", "selection", "selection-idle")


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, by WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [part / 255 for part in Color.parse(colour).rgb]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("token", TEXTS)
def test_every_text_can_be_read_on_every_ground(theme: str, token: str) -> None:
    tokens = THEMES[theme]
    assert min(contrast(tokens[token], tokens[ground]) for ground in GROUNDS) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_pills_charts_and_shade_can_be_read(theme: str) -> None:
    tokens = THEMES[theme]
    assert contrast(tokens["sandbox"], tokens["sandbox-ground"]) >= 4.5
    assert contrast(tokens["on-production"], tokens["production"]) >= 4.5
    # look section 3: 3.2 for graphics and 4.6 for the shade, on the ground
    assert contrast(tokens["chart"], tokens["background"]) >= 3.2
    assert contrast(tokens["shade"], tokens["background"]) >= 4.6


def test_all_forms_have_the_same_tokens() -> None:
    names = set(THEMES["dark"])
    assert all(set(tokens) == names for tokens in (*THEMES.values(), SIXTEEN, PLAIN))


@pytest.mark.parametrize("mode", ["full", "16", "none"])
def test_a_theme_is_one_for_textual_too(mode: str) -> None:
    theme = textual_theme("dark", mode)
    assert theme.ansi is (mode != "full")
    assert {"selection", "text-muted", "shade", "production"} <= set(theme.variables)


def test_without_colours_attributes_speak() -> None:
    palette = Palette("dark", "none")
    error = palette.style("error", "background")
    assert error.bold
    assert error.underline
    assert error.color is None
    assert palette.style("warning", "background").bold
    assert palette.style("", "selection").reverse
    assert palette.style("muted", "background").bold is None


@pytest.mark.parametrize(
    ("environ", "mode"),
    [
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, "none"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "screen"}, "16"),
        ({"TERM": "screen-256color"}, "full"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "full"),
        ({"TEXTUAL_COLOR_SYSTEM": "standard", "COLORTERM": "truecolor"}, "16"),
        ({"TERM": "dumb"}, "none"),
    ],
)
def test_the_terminal_decides_how_many_colours(environ: dict[str, str], mode: str) -> None:
    assert colour_mode(environ) == mode
