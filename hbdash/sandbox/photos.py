"""Pictures made on the spot: claim photos and product images that decode as real JPEG files."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 480


def jpeg(seed: random.Random | int | str, text: str) -> bytes:
    """A JPEG of 640×480: a patterned cloth, a stain or tear, and ``text`` below.

    The same seed and text give the same bytes.
    """
    rng = seed if isinstance(seed, random.Random) else random.Random(f"{seed}")
    cloth = tuple(rng.randrange(90, 220) for _ in range(3))
    image = Image.new("RGB", (WIDTH, HEIGHT), cloth)
    draw = ImageDraw.Draw(image)
    stripe = tuple(max(0, part - 35) for part in cloth)
    step = rng.randrange(18, 60)
    for x in range(-HEIGHT, WIDTH, step):
        draw.line((x, 0, x + HEIGHT, HEIGHT), fill=stripe, width=step // 4)
    x, y = rng.randrange(120, WIDTH - 160), rng.randrange(80, HEIGHT - 180)
    draw.ellipse((x, y, x + rng.randrange(40, 140), y + rng.randrange(30, 110)), fill=(70, 45, 30))
    draw.rectangle((0, HEIGHT - 60, WIDTH, HEIGHT), fill=(250, 250, 250))
    draw.text((14, HEIGHT - 44), text, fill=(30, 30, 30), font=ImageFont.load_default(size=24))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()
