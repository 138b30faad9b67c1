"""The example with Olist's funnel and a made one, beside figures computed here from the CSVs.

It uses none of the project's code for them."""

import csv
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from funnel.run_dbt import ROOT
from tests.python.conftest import NO_TESTS, PUBLIC_DATA, query
from tests.python.olist_company import DEALS, ITEMS, LEADS, ORDERS, SELLERS, write_company
from tests.python.warm_dbt import run_dbt

PUBLISHED = PUBLIC_DATA / "olist"
# What the tests read of a company of their own; of Olist's all is built, and every test of dbt run.
READ = "+fct_journeys +fct_lifecycle +fct_payments +source_reconciliation"
READ += " +definition_changes_by_journey +definition_backtest +definition_lift_by_criterion"


@dataclass(frozen=True)
class Example:
    """The example, built on files in Olist's columns."""

    files: Path
    database: Path

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.files / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return query(self.database, sql)


@pytest.fixture(
    scope="module",
    params=["made", pytest.param("published", marks=pytest.mark.public_data("olist"))],
)
def olist(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The example project, copied aside beside the package it installs, and built."""
    folder = tmp_path_factory.mktemp("olist")
    is_made = request.param == "made"
    files = write_company(folder / "files") if is_made else PUBLISHED
    project = copy_example(folder)
    database, variables = folder / "olist.duckdb", {"olist_path": str(files)}
    chosen = ["--select", *READ.split(), *NO_TESTS] if is_made else []
    arguments = ["build", "--quiet", "--exclude-resource-type", "unit_test", *chosen]
    outcome = run_dbt(arguments, database, folder / "target", variables, project=project)
    assert outcome.success, outcome.exception
    return Example(files, database)


def copy_example(folder: Path) -> Path:
    """The example project, beside the parts of the package that it installs."""
    project = folder / "examples" / "olist"
    ignored = shutil.ignore_patterns("dbt_packages", "target", "logs", "*.duckdb")
    shutil.copytree(ROOT / "examples" / "olist", project, ignore=ignored)
    for part in ("dbt_project.yml", "models", "macros", "seeds", "tests"):
        (folder / part).symlink_to(ROOT / part)
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    assert dbtRunner().invoke(["deps", "--quiet", *places]).success
    return project


def test_leads_wins_and_days_to_win_by_origin_and_month(olist: Example) -> None:
    found = olist.query("""
        select
            first_channel,
            date_trunc('month', reached_lead_at)::date::text,
            count(*),
            count(*) filter (where has_win),
            round(median(date_diff('day', reached_lead_at::date, win_at::date)), 2)
        from marts.fct_journeys
        where has_reached_lead
        group by all
    """)
    assert {row[:2]: row[2:] for row in found} == _figures(olist)


def test_the_back_test_prints_both_versions(olist: Example) -> None:
    command = [sys.executable, "-m", "funnel", "backtest", "--database", str(olist.database)]
    printed = subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    leads, wins = len(olist.rows(LEADS)), len(olist.rows(DEALS))
    expected = [
        f"version 1 {leads:,} {wins} {wins / leads:.1%} {wins} {(wins - 1) / wins:.1%} -",
        f"version 2 {wins} {wins} 100.0% {wins} 100.0% -",
    ]
    assert set(expected) <= set(lines), lines
    if olist.files == PUBLISHED:
        assert expected[0] == "version 1 8,000 842 10.5% 842 99.9% -"


def test_a_lead_without_an_origin_has_the_first_channel_unknown(
    olist: Example,
) -> None:
    counts = dict(olist.query("select first_channel, count(*) from marts.fct_journeys group by 1"))
    origins = [row["origin"] for row in olist.rows(LEADS)]
    assert None not in counts
    assert counts["unknown"] == origins.count("") + origins.count("unknown") > origins.count("") > 0


def test_what_olist_does_not_date_has_no_date(olist: Example) -> None:
    stage_counts = olist.query("""
        select stage, count(*), count(entered_at), count(*) filter (where is_inferred)
        from marts.fct_lifecycle
        where stage in ('sal', 'sql', 'opportunity')
        group by stage
        order by stage
    """)
    wins = len(olist.rows(DEALS))
    assert stage_counts == [
        ("opportunity", wins, 0, 0),
        ("sal", wins, 0, wins),
        ("sql", wins, 0, 0),
    ]


def test_a_win_before_first_contact_keeps_its_day(olist: Example) -> None:
    contacts = {row["mql_id"]: row["first_contact_date"] for row in olist.rows(LEADS)}
    early = sorted(
        row["won_date"] for row in olist.rows(DEALS) if row["won_date"] < contacts[row["mql_id"]]
    )
    win_dates = olist.query("""
        select customer.entered_at::text
        from marts.fct_lifecycle as lead
        inner join marts.fct_lifecycle as customer using (journey_key)
        where lead.stage = 'lead' and customer.stage = 'customer' and lead.is_inferred
        order by 1
    """)
    assert len(early) == 1
    assert [row[0] for row in win_dates] == early


def test_what_sellers_sold_after_they_were_won(olist: Example) -> None:
    won = {row["seller_id"]: row["won_date"] for row in olist.rows(DEALS)}
    orders = {row["order_id"]: row for row in olist.rows(ORDERS)}
    sold = [
        round(float(item["price"]) * 100)
        for item in olist.rows(ITEMS)
        if item["seller_id"] in won
        and orders[item["order_id"]]["order_status"] not in ("canceled", "unavailable")
        and orders[item["order_id"]]["order_purchase_timestamp"] >= won[item["seller_id"]]
    ]
    payments = olist.query("""
        select count(*), cast(sum(amount) * 100 as bigint)
        from marts.fct_payments
        where is_after_win
    """)
    assert len(sold) > 100
    assert payments == [(len(sold), sum(sold))]


def test_no_line_of_the_files_is_lost(olist: Example) -> None:
    row_counts = olist.query("""
        select source_table, sum(row_count)
        from marts.source_reconciliation
        where read_count is not null
        group by source_table
    """)
    assert dict(row_counts) == {
        "marketing_qualified_leads": len(olist.rows(LEADS)),
        "closed_deals": len(olist.rows(DEALS)),
        "order_items": len(olist.rows(ITEMS)),
        "sellers": len(olist.rows(SELLERS)),
    }


def _figures(olist: Example) -> dict[tuple[str, str], tuple[int, int, float | None]]:
    """By origin (unknown if there is none) and month of the first contact, or of an earlier win."""
    won = {row["mql_id"]: _day(row["won_date"]) for row in olist.rows(DEALS)}
    days: dict[tuple[str, str], list[timedelta | None]] = {}
    for row in olist.rows(LEADS):
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
