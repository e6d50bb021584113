"""Shipping labels ("ortak barkod") in the formats the marketplace offers (H§11.5)."""

from __future__ import annotations

import base64
import io
import sqlite3

from PIL import Image, ImageDraw, ImageFont

FORMATS = ("zpl", "base64zpl", "png", "pdf", "jpg")
_SIZE = (400, 300)


def label(package: sqlite3.Row, form: str, parcel: int) -> str:
    """One label: ZPL as text, everything else in base64."""
    number, barcode = package["package_number"], package["barcode"]
    text = f"{package['cargo']}  {number}  {parcel}/{package['parcels']}"
    if form in ("zpl", "base64zpl"):
        zpl = f"^XA^CI28^FO40,40^FD{text}^FS^FO40,100^BY3^BEN,120,Y,N^FD{barcode}^FS^XZ"
        return zpl if form == "zpl" else base64.b64encode(zpl.encode()).decode()
    return base64.b64encode(_picture(text, barcode, form)).decode()


def _picture(text: str, barcode: str, form: str) -> bytes:
    image = Image.new("RGB", _SIZE, "white")
    draw = ImageDraw.Draw(image)
    draw.text((20, 20), text, fill="black", font=ImageFont.load_default(size=18))
    for index, digit in enumerate(barcode):
        for bar in range(int(digit) % 4 + 1):
            x = 30 + index * 24 + bar * 5
            draw.rectangle((x, 80, x + 2, 220), fill="black")
    draw.text((90, 240), barcode, fill="black", font=ImageFont.load_default(size=22))
    out = io.BytesIO()
    image.save(out, {"png": "PNG", "pdf": "PDF", "jpg": "JPEG"}[form])
    return out.getvalue()
