"""The four themes as data (look section 3), and their forms for 16 and for no colours.

Widgets name tokens only; what a token looks like stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from textual.theme import Theme

THEMES: dict[str, dict[str, str]] = {
    "dark": {
        "background": "#0f1317", "panel": "#1a2027",
        "selection": "#22384f", "selection-idle": "#20272f",
        "text": "#d9dfe6", "muted": "#98a5b2", "accent": "#74b9ff",
        "success": "#79d09a", "warning": "#f0c25a", "error": "#ff7474",
        "sandbox": "#cba6f7", "sandbox-ground": "#3a2d52",
        "on-production": "#ffffff", "production": "#1d3f66",
        "chart": "#3f6f9f", "rule": "#3a444f", "shade": "#75818d",
    },
    "light": {
        "background": "#fbfaf7", "panel": "#eeece6",
        "selection": "#cfe1f7", "selection-idle": "#e6e4dd",
        "text": "#1b2026", "muted": "#545d67", "accent": "#0a4ea3",
        "success": "#15612d", "warning": "#7a4a00", "error": "#ab1419",
        "sandbox": "#5b34a6", "sandbox-ground": "#e4d9f7",
        "on-production": "#ffffff", "production": "#17457c",
        "chart": "#5f8fc7", "rule": "#c3c0b6", "shade": "#6b727a",
    },
    "high-contrast": {
        "background": "#000000", "panel": "#000000",
        "selection": "#003a8c", "selection-idle": "#262626",
        "text": "#ffffff", "muted": "#d4d4d4", "accent": "#6fe3ff",
        "success": "#55ff9c", "warning": "#ffdd33", "error": "#ff8f8f",
        "sandbox": "#f0b3ff", "sandbox-ground": "#4a0a66",
        "on-production": "#ffffff", "production": "#003a8c",
        "chart": "#3fa9c9", "rule": "#9a9a9a", "shade": "#8a8a8a",
    },
    "colour-blind": {
        "background": "#0f1317", "panel": "#1a2027",
        "selection": "#2c3550", "selection-idle": "#20272f",
        "text": "#d9dfe6", "muted": "#98a5b2", "accent": "#c3b1ff",
        "success": "#63b8f2", "warning": "#f2e05c", "error": "#ff9a4d",
        "sandbox": "#c9c9c9", "sandbox-ground": "#3b3b3b",
        "on-production": "#ffffff", "production": "#2f3f6e",
        "chart": "#7a6bb0", "rule": "#3a444f", "shade": "#75818d",
    },
}  # fmt: skip
"""Theme name → token → colour."""

SIXTEEN: dict[str, str] = {
    "background": "ansi_default", "panel": "ansi_default",
    "selection": "ansi_blue", "selection-idle": "ansi_default",
    "text": "ansi_white", "muted": "ansi_white", "accent": "ansi_cyan",
    "success": "ansi_green", "warning": "ansi_yellow", "error": "ansi_bright_red",
    "sandbox": "ansi_bright_magenta", "sandbox-ground": "ansi_default",
    "on-production": "ansi_bright_white", "production": "ansi_blue",
    "chart": "ansi_bright_black", "rule": "ansi_bright_black", "shade": "ansi_white",
}  # fmt: skip
"""Tokens on a terminal of 16 colours; muted is 7, since 8 is too dark on many."""

PLAIN: dict[str, str] = dict.fromkeys(THEMES["dark"], "ansi_default")
"""Tokens under NO_COLOR: attributes and signs say everything."""

MODES = ("full", "16", "none")


def colour_mode(environ: Mapping[str, str]) -> str:
    """``full``, ``16`` or ``none``, from NO_COLOR, TEXTUAL_COLOR_SYSTEM, COLORTERM and TERM."""
    if environ.get("NO_COLOR"):
        return "none"
    system = environ.get("TEXTUAL_COLOR_SYSTEM", "")
    if system in ("standard", "windows"):
        return "16"
    if system in ("truecolor", "256") or environ.get("COLORTERM"):
        return "full"
    term = environ.get("TERM", "")
    if term in ("dumb", "unknown"):
        return "none"
    few = ("linux", "xterm", "screen", "ansi", "vt100", "vt220", "cygwin", "rxvt")
    return "16" if term in few or term.endswith("-16color") else "full"


def tokens(theme: str, mode: str) -> dict[str, str]:
    """Token → colour name of a theme in a colour mode."""
    if mode == "16":
        return SIXTEEN
    if mode == "none":
        return PLAIN
    return THEMES[theme]


def textual_theme(theme: str, mode: str) -> Theme:
    """The theme as Textual wants it, every token also a ``$variable`` of the style sheets."""
    t = tokens(theme, mode)
    selected = "ansi_bright_white" if mode == "16" else t["text"]
    return Theme(
        name=f"hbdash-{theme}-{mode}",
        primary=t["accent"], secondary=t["accent"], accent=t["accent"],
        warning=t["warning"], error=t["error"], success=t["success"],
        foreground=t["text"], background=t["background"],
        surface=t["background"], panel=t["panel"], boost=t["panel"],
        dark=theme != "light",
        ansi=mode != "full",
        variables={
            **{name: colour for name, colour in t.items() if name != "muted"},
            "ansi-background": "ansi_default", "ansi-foreground": "ansi_default",
            "text-muted": t["muted"],
            "text-accent": t["accent"],
            "border": t["accent"],
            "border-blurred": t["rule"],
            "block-cursor-background": t["selection"],
            "block-cursor-foreground": selected,
            "block-cursor-text-style": "reverse" if mode == "none" else "none",
            "block-cursor-blurred-background": t["selection-idle"],
            "block-cursor-blurred-foreground": t["text"],
            "block-hover-background": t["selection-idle"],
            "input-selection-background": t["selection"],
            "input-selection-foreground": selected,
            "input-cursor-background": t["background"],
            "input-cursor-foreground": t["text"],
            "input-cursor-text-style": "reverse",
            "screen-selection-background": t["selection"],
            "screen-selection-foreground": selected,
        },
    )  # fmt: skip


def sheet(*names: str) -> str:
    """The style sheets of these names, as one text; read from the package, also from a wheel."""
    return "\n".join(
        files("styles").joinpath(f"{name}.tcss").read_text(encoding="utf-8") for name in names
    )
