"""Law 6: a build that looks up to a moment equals a build on data that ends at that moment."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from demo.generate import generate
from demo.load import load
from tests.python.conftest import SEED, Built
from tools.run_dbt import run_dbt

PEOPLE = 1500
MARTS = (
    "fct_lifecycle",
    "fct_journeys",
    "fct_mrr_movements",
    "fct_payments",
    "dim_persons",
    "dim_accounts",
    "dim_opportunities",
)


@pytest.mark.parametrize("moment", ["2024-09-01", "2025-07-01", "2026-02-01"])
def test_the_future_never_leaks(built: Built, tmp_path: Path, moment: str) -> None:
    looking_back, ending_then = tmp_path / "looking_back.duckdb", tmp_path / "ending_then.duckdb"
    load(built.truth.parent, looking_back)
    generate(PEOPLE, SEED, datetime.fromisoformat(moment), tmp_path / "demo")
    load(tmp_path / "demo", ending_then)
    for database in (looking_back, ending_then):
        outcome = run_dbt(
            ["build", "--quiet", "--exclude-resource-type", "test", "unit_test"],
            database,
            tmp_path / "target",
            {"cutoff": moment},
        )
        assert outcome.success
    assert _differences(looking_back, ending_then) == {}


def _differences(one: Path, other: Path) -> dict[str, int]:
    """By mart, how many rows stand in only one of the two."""
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)"
        )
        found = {}
        for mart in MARTS:
            rows = f"(from {{0}}.marts.{mart} except all from {{1}}.marts.{mart})"
            both = f"{rows.format('one', 'other')} union all {rows.format('other', 'one')}"
            count = connection.execute(f"select count(*) from ({both})").fetchone()
            size = connection.execute(f"select count(*) from one.marts.{mart}").fetchone()
            assert size is not None
            assert size[0] > 0, f"{mart} is empty: nothing was compared"
            if count and count[0]:
                found[mart] = count[0]
    return found
