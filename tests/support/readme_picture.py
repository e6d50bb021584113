"""``python -m tests.support.readme_picture``: the README's picture, of the tests' own shop."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hbdash.store.migrate import migrate
from tests.support.dashboards import SilentDatabase, dashboard, shown
from tests.support.shop import Shop

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "dashboard.svg"


async def draw(folder: Path) -> str:
    """The dashboard at 120×40 as SVG."""
    db = SilentDatabase(f"sqlite:///{folder / 'shop.db'}")
    migrate(db)
    Shop(db).everything()
    app = dashboard(db)
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot)
        svg = app.export_screenshot(title="hbdash")
    db.close()
    return svg


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(asyncio.run(draw(Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
