"""A picture picked from disk: is it really one, and is it within our own limits?"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from hbdash.actions.actor import Refused

_MIME = {"JPEG": "image/jpeg", "PNG": "image/png"}
#: What a damaged or foreign file can end in inside Pillow.
_NO_PICTURE = (
    OSError, SyntaxError, ValueError, TypeError, EOFError, Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)  # fmt: skip


@dataclass(frozen=True)
class PhotoFile:
    """A JPEG or PNG, whole. data: the file's bytes, unchanged."""

    name: str
    mime: str
    width: int
    height: int
    data: bytes


def read_photo(path: Path, most_bytes: int) -> PhotoFile:
    """The file, decoded once to the end so that a cut one is found here and not there.

    Raises ``Refused``: ``photo.unreadable`` (name, why), ``photo.too_large`` (name, size,
    most_size), ``photo.no_image`` (name).
    """
    path = path.expanduser()
    try:
        size = path.stat().st_size
        if size > most_bytes:
            params = {"name": path.name, "size": size, "most_size": most_bytes}
            raise Refused("photo.too_large", params)
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Refused("photo.unreadable", {"name": path.name or str(path), "why": why}) from error
    return verified(path.name, data)


def verified(name: str, data: bytes) -> PhotoFile:
    """``data`` as a photo, if it is a JPEG or PNG; its ending proves nothing.

    Raises ``Refused`` ``photo.no_image``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=tuple(_MIME)) as image:
                kind = image.format or ""
                image.load()
                width, height = image.size
    except _NO_PICTURE as problem:
        raise Refused("photo.no_image", {"name": name}) from problem
    return PhotoFile(name, _MIME[kind], width, height, data)
