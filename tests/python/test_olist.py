"""The example with Olist's real funnel, beside figures that this file computes from the CSVs.

It uses none of the project's code for them."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from funnel.run_dbt import ROOT, run_dbt

DATA = Path(os.environ.get("REVENUE_FUNNEL_DATA", ROOT.parent / "shared" / "data")) / "olist"
LEADS = DATA / "raw" / "olist_marketing_qualified_leads_dataset.csv"
DEALS = DATA / "raw" / "olist_closed_deals_dataset.csv"
ITEMS = DATA / "sample_orders" / "olist_order_items_dataset.csv"
ORDERS = DATA / "sample_orders" / "olist_orders_dataset.csv"

pytestmark = pytest.mark.skipif(
    not LEADS.exists(), reason=f"Olist's files are not at {DATA} (set REVENUE_FUNNEL_DATA)"
)


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The example project, copied aside beside the package it installs, and built."""
    folder = tmp_path_factory.mktemp("olist")
    project = folder / "examples" / "olist"
    ignored = shutil.ignore_patterns("dbt_packages", "target", "logs", "*.duckdb")
    shutil.copytree(ROOT / "examples" / "olist", project, ignore=ignored)
    for part in ("dbt_project.yml", "models", "macros", "seeds", "tests"):
        (folder / part).symlink_to(ROOT / part)
    database, variables = folder / "olist.duckdb", {"olist_path": str(DATA)}
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    assert dbtRunner().invoke(["deps", "--quiet", *places]).success
    outcome = run_dbt(["build", "--quiet"], database, folder / "target", variables, project=project)
    assert outcome.success, outcome.exception
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def test_leads_wins_and_days_to_win_by_origin_and_month(olist: duckdb.DuckDBPyConnection) -> None:
    found = olist.execute("""
        select
            first_channel,
            date_trunc('month', lead_at)::date::text,
            count(*),
            count(*) filter (where has_win),
            round(median(date_diff('day', lead_at::date, win_at::date)), 2)
        from marts.fct_journeys
        where has_lead
        group by all
    """).fetchall()
    assert {row[:2]: row[2:] for row in found} == _figures()


def test_the_back_test_prints_both_versions(olist: duckdb.DuckDBPyConnection) -> None:
    database = olist.execute("select path from duckdb_databases() where not internal").fetchall()
    command = [sys.executable, "-m", "funnel", "backtest", "--database", str(database[0][0])]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert "version 1 8,000 842 10.5% 842 99.9% -" in lines
    assert "version 2 842 842 100.0% 842 100.0% -" in lines


def test_a_lead_without_an_origin_has_the_first_channel_unknown(
    olist: duckdb.DuckDBPyConnection,
) -> None:
    counts = dict(
        olist.execute(
            "select first_channel, count(*) from marts.fct_journeys group by 1"
        ).fetchall()
    )
    origins = [row["origin"] for row in _rows(LEADS)]
    assert None not in counts
    assert counts["unknown"] == origins.count("") + origins.count("unknown") > origins.count("") > 0


def test_what_olist_does_not_date_has_no_date(olist: duckdb.DuckDBPyConnection) -> None:
    told = olist.execute("""
        select stage, count(*), count(entered_at), count(*) filter (where is_inferred)
        from marts.fct_lifecycle
        where stage in ('sal', 'sql', 'opportunity')
        group by stage
        order by stage
    """).fetchall()
    wins = len(_rows(DEALS))
    assert told == [("opportunity", wins, 0, 0), ("sal", wins, 0, wins), ("sql", wins, 0, 0)]


def test_a_win_before_first_contact_keeps_its_day(olist: duckdb.DuckDBPyConnection) -> None:
    contacts = {row["mql_id"]: row["first_contact_date"] for row in _rows(LEADS)}
    early = sorted(
        row["won_date"] for row in _rows(DEALS) if row["won_date"] < contacts[row["mql_id"]]
    )
    told = olist.execute("""
        select customer.entered_at::text
        from marts.fct_lifecycle as lead
        inner join marts.fct_lifecycle as customer using (journey_key)
        where lead.stage = 'lead' and customer.stage = 'customer' and lead.is_inferred
        order by 1
    """).fetchall()
    assert len(early) == 1
    assert [row[0] for row in told] == early


def test_what_sellers_sold_after_they_were_won(olist: duckdb.DuckDBPyConnection) -> None:
    won = {row["seller_id"]: row["won_date"] for row in _rows(DEALS)}
    orders = {row["order_id"]: row for row in _rows(ORDERS)}
    sold = [
        round(float(item["price"]) * 100)
        for item in _rows(ITEMS)
        if item["seller_id"] in won
        and orders[item["order_id"]]["order_status"] not in ("canceled", "unavailable")
        and orders[item["order_id"]]["order_purchase_timestamp"] >= won[item["seller_id"]]
    ]
    told = olist.execute("""
        select count(*), cast(sum(amount) * 100 as bigint)
        from marts.fct_payments
        where is_after_win
    """).fetchone()
    assert len(sold) > 100
    assert told == (len(sold), sum(sold))


def test_no_line_of_the_files_is_lost(olist: duckdb.DuckDBPyConnection) -> None:
    told = olist.execute("""
        select source_table, sum(row_count)
        from marts.source_reconciliation
        where read_count is not null
        group by source_table
    """).fetchall()
    assert dict(told) == {
        "marketing_qualified_leads": len(_rows(LEADS)),
        "closed_deals": len(_rows(DEALS)),
        "order_items": len(_rows(ITEMS)),
        "sellers": len(_rows(DATA / "raw" / "olist_sellers_dataset.csv")),
    }


def _figures() -> dict[tuple[str, str], tuple[int, int, float | None]]:
    """By origin (unknown if there is none) and month of the first contact, or of an earlier win."""
    won = {row["mql_id"]: _day(row["won_date"]) for row in _rows(DEALS)}
    days: dict[tuple[str, str], list[timedelta | None]] = {}
    for row in _rows(LEADS):
        contact = _day(row["first_contact_date"])
        win = won.get(row["mql_id"])
        start = min(contact, win) if win else contact
        group = days.setdefault((row["origin"] or "unknown", f"{start:%Y-%m}-01"), [])
        group.append(win - start if win else None)
    return {key: _figure(group) for key, group in days.items()}


def _figure(group: list[timedelta | None]) -> tuple[int, int, float | None]:
    waits = [wait.days for wait in group if wait is not None]
    return len(group), len(waits), float(median(waits)) if waits else None


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text[:10])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
