"""docs/kpis.md names tables and tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "kpis.md"


def _cells(column: int) -> set[str]:
    """What stands between backticks in a column of the page's tables; -1 is the last."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    parts = [line.strip("|").split("|")[column] for line in lines]
    return {name for part in parts for name in re.findall(r"`(\w+)`", part)}


def test_every_test_that_the_page_names_is_there() -> None:
    files = [*ROOT.glob("tests/python/*.py"), *ROOT.glob("models/**/*.yml")]
    known = {
        name
        for file in files
        for name in re.findall(r"def (test_\w+)|- name: (\w+)$", file.read_text(), re.MULTILINE)
        for name in name
    }
    known |= {file.stem for file in ROOT.glob("tests/**/*.sql")}
    named = _cells(-1)
    assert len(named) > 50
    assert named - known == set()


def test_every_table_of_kpis_and_plans_that_people_read_is_on_the_page() -> None:
    page = PAGE.read_text()
    folders = ("conversion", "revenue", "reviews", "planning")
    marts = {file.stem for folder in folders for file in ROOT.glob(f"models/marts/{folder}/*.sql")}
    elsewhere = {"plan_rates"}
    assert {name for name in marts if f"`{name}`" not in page} <= elsewhere
