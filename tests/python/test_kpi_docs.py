"""docs/kpis.md names tables and tests that are there."""

import csv
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
    files = [*ROOT.glob("tests/python/**/*.py"), *ROOT.glob("models/**/*.yml")]
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


def test_the_page_has_each_kpi_of_the_reviews_as_the_seed_defines_it() -> None:
    """Meaning and test are the page's own; name, formula, its source and owner are the seed's."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    shown = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    found = {tuple(cells[:1] + cells[2:5]) for cells in shown if len(cells) == 7}
    with (ROOT / "seeds" / "kpi_list.csv").open() as file:
        kpis = list(csv.DictReader(file))
    assert len(kpis) > 20
    for kpi in kpis:
        name = f"{kpi['metric_name']} (`{kpi['metric']}`)"
        owner = kpi["owner_team"].replace("_", " ") or "all teams"
        assert (name, kpi["formula"], kpi["formula_source"], owner) in found, name
    assert len(found) == len(kpis) + 2  # with the heading and the line below it
    of_kpis = [cells for cells in shown if "(`" in cells[0]]
    assert len(of_kpis) >= len(kpis)
    assert all(len(cells) == 7 and all(cells) for cells in of_kpis)
