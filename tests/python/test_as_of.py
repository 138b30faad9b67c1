"""Law 6: a build that looks up to a moment equals a build on data that ends at that moment."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from demo.generate import generate
from demo.load import load
from tests.python.conftest import SEED, UNTIL
from tools.run_dbt import run_dbt

# Enough that at each moment something is open which a later deletion, close or merge would change.
PEOPLE = 8000
MARTS = (
    "fct_lifecycle",
    "fct_journeys",
    "fct_mrr_movements",
    "fct_payments",
    "dim_persons",
    "dim_accounts",
    "dim_opportunities",
    "conversion_cohorts",
    "conversion_estimates",
    "stage_velocity",
    "stage_volumes",
    "handoffs",
    "open_journeys",
    "bottlenecks",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company up to its end."""
    folder = tmp_path_factory.mktemp("whole") / "demo"
    generate(PEOPLE, SEED, UNTIL, folder)
    return folder


@pytest.mark.parametrize("moment", ["2024-08-02", "2025-08-08", "2026-01-02"])
def test_the_future_never_leaks(whole: Path, tmp_path: Path, moment: str) -> None:
    looking_back, ending_then = tmp_path / "looking_back.duckdb", tmp_path / "ending_then.duckdb"
    load(whole, looking_back)
    generate(PEOPLE, SEED, datetime.fromisoformat(moment), tmp_path / "demo")
    load(tmp_path / "demo", ending_then)
    _forget_what_vanished(ending_then, looking_back)
    for database in (looking_back, ending_then):
        outcome = run_dbt(
            ["build", "--quiet", "--exclude-resource-type", "test", "unit_test"],
            database,
            tmp_path / "target",
            {"cutoff": moment},
        )
        assert outcome.success
    assert _differences(looking_back, ending_then) == {}


def _forget_what_vanished(then: Path, later: Path) -> None:
    """Rows that a system has erased without a trace since: looking back can't find them."""
    with duckdb.connect(str(then)) as connection:
        connection.execute(f"attach '{later}' as later (read_only)")
        connection.execute("""
            delete from salesforce.campaign_member
            where id not in (select id from later.salesforce.campaign_member)
        """)


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
