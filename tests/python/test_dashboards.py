"""The queries of dashboards/ run on what is published, and show what truth or single rows show."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from funnel.open_warehouse import open_warehouse
from funnel.places import ROOT
from funnel.publish import NOT_PUBLISHED, copy_marts
from tests.python.bi_story import beside_truth
from tests.python.conftest import Built

QUERIES = {
    path.relative_to(ROOT / "dashboards").with_suffix("").as_posix(): path.read_text()
    for path in sorted(ROOT.glob("dashboards/*/*.sql"))
}
DASHBOARDS = {
    "data_quality",
    "funnel",
    "pipeline_waterfall",
    "plan_against_actual",
    "scorecard",
    "weekly_review",
}
QUARTER = "closed_at >= '2026-04-01' and closed_at < '2026-07-01'"
# Columns of a query, and the same from the demo's truth or from tables with one row per thing.
OTHERWISE = {
    "weekly_review/qualified_by_week": (
        "week_start, metric_name, cast(journeys as bigint)",
        """
        select cast(date_trunc('week', qualified_at) as date) as week,
            case stage when 'lead' then 'Leads' when 'mql' then 'MQLs' else 'SQLs' end as name,
            count(*)
        from stage_entries
        where stage in ('lead', 'mql', 'sql')
            and qualified_at >= '2026-05-25' and qualified_at < '2026-06-29' group by all""",
    ),
    "funnel/journeys_by_stage": (
        "stage, qualified_count + bypass_count",
        """
        select stage, count(*) from (
            select stage from marts.fct_lifecycle
            where stage_entry_number = 1 and is_qualified and qualified_at >= '2025-07-01'
            union all
            select stage from marts.fct_lifecycle
            where stage_entry_number = 1 and entered_at >= '2025-07-01'
                and qualification in ('bypass', 'qualified_later')
        )
        group by 1""",
    ),
    "scorecard/bookings_and_targets": (
        "period_start, round(actual, 2)",
        """
        with kinds as (
            select *, case type when 'new_business' then 1 when 'renewal' then 2 else 3 end as kind
            from won_deals where closed_at >= '2024-04-01'
        )
        select cast(date_trunc('quarter', closed_at) as date), round(sum(dollars), 2)
        from kinds group by 1, kind
        union all
        select cast(date_trunc('quarter', closed_at) as date), round(sum(dollars), 2)
        from kinds group by 1""",
    ),
    "pipeline_waterfall/pipeline_of_the_quarter": (
        "move, amount",
        f"""
        select 'won', -sum(dollars) from won_deals where {QUARTER}
        union all select 'closing', sum(amount) from marts.dim_opportunities where outcome = 'open'
        """,
    ),
    "plan_against_actual/bookings_against_target": (
        "month_start, round(actual, 2), target",
        """
        select month, round(dollars, 2), amount from (
            select cast(date_trunc('month', closed_at) as date) as month, sum(dollars) as dollars
            from won_deals where closed_at >= '2025-06-01' group by 1
        ) left join (
            select target_month as month, sum(target_amount) as amount
            from seeds.targets group by 1
        ) using (month)""",
    ),
    "data_quality/rows_by_fate": (
        "system, sum(row_count)",
        """
        select system, sum(read_count) from (
            select distinct system, source_table, read_count from marts.source_reconciliation
            where row_status != 'retained'
        ) where read_count is not null group by 1""",
    ),
}


@pytest.fixture(scope="module")
def published(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that readers open; what is not published is not in it."""
    folder = tmp_path_factory.mktemp("published") / "new"
    with open_warehouse(built.database) as connection:
        copy_marts(connection, folder)
    return folder / "published.duckdb"


def test_there_are_six_dashboards() -> None:
    assert {name.partition("/")[0] for name in QUERIES} == DASHBOARDS
    assert {name.partition("/")[0] for name in OTHERWISE} == DASHBOARDS


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_gives_rows_from_the_published_file_alone(published: Path, name: str) -> None:
    sql = QUERIES[name]
    with duckdb.connect(str(published), read_only=True) as connection:
        result = connection.execute(sql)
        columns = [column[0] for column in result.description or []]
        rows = result.fetchall()
    assert rows
    assert len(set(columns)) == len(columns)
    # BI tools set a query into one of their own, and cut it at a semicolon.
    assert ";" not in sql
    assert "select *" not in sql
    question = re.match(r"(-- .*\n)+", sql)
    assert question, "a query begins with its question, and the chart that answers it"
    assert "?" in question.group()
    assert "Chart: " in question.group()


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_query_of_each_dashboard_gives_the_truth(built: Built, name: str) -> None:
    columns, otherwise = OTHERWISE[name]
    grouped = " group by all" if "sum(" in columns else ""
    with beside_truth(built) as connection:
        shown = connection.execute(f"select {columns} from ({QUERIES[name]}){grouped}").fetchall()
        wanted = connection.execute(otherwise).fetchall()
    found = {_plain(row) for row in shown if _is_value(row)}
    expected = {_plain(row) for row in wanted}
    assert expected
    if name == "pipeline_waterfall/pipeline_of_the_quarter":
        assert expected <= found
        amounts = dict(found)
        assert amounts.pop("closing") == pytest.approx(sum(amounts.values()))
    else:
        assert found == expected


def test_the_charts_for_superset_have_the_queries_and_columns_of_the_dashboards(
    published: Path,
) -> None:
    folder = ROOT / "dashboards" / "superset"
    datasets = [yaml.safe_load(path.read_text()) for path in folder.glob("datasets/*/*.yaml")]
    columns = {}
    with duckdb.connect(str(published), read_only=True) as connection:
        for dataset in datasets:
            assert dataset["sql"] == QUERIES[dataset["table_name"].replace("__", "/")]
            described = connection.execute(dataset["sql"]).description or []
            columns[dataset["uuid"]] = {column[0] for column in described}
    charts = [yaml.safe_load(path.read_text()) for path in folder.glob("charts/*.yaml")]
    for chart in charts:
        used = set(re.findall(r"'(?:column_name|subject|x_axis)': '(\w+)'", str(chart["params"])))
        assert used
        assert used <= columns[chart["dataset_uuid"]], chart["slice_name"]
    assert {path.stem.rpartition("_")[0].lower() for path in folder.glob("dashboards/*.yaml")} == (
        DASHBOARDS
    )
    # By its uuid alone a chart is found again after an import into another Superset.
    placed = [
        item["meta"]["uuid"]
        for path in folder.glob("dashboards/*.yaml")
        for item in yaml.safe_load(path.read_text())["position"].values()
        if isinstance(item, dict) and item["type"] == "CHART"
    ]
    assert sorted(placed) == sorted(chart["uuid"] for chart in charts)
    [database] = [yaml.safe_load(path.read_text()) for path in folder.glob("databases/*.yaml")]
    assert database["sqlalchemy_uri"].endswith("?access_mode=read_only")
    assert database["sqlalchemy_uri"].startswith("duckdb:////srv/revenue-funnel/")


def test_what_is_not_published_is_in_no_query() -> None:
    for name, sql in QUERIES.items():
        assert not NOT_PUBLISHED & set(re.findall(r"marts\.(\w+)", sql)), name


def _is_value(row: tuple[Any, ...]) -> bool:
    """A week without leads, and a month to come, are no rows in the truth."""
    return row[-1] not in (None, 0) and not (len(row) > 1 and row[1] in (None, 0))


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        round(float(value), 2) if isinstance(value, (int, float, Decimal)) else value
        for value in row
    )


def test_exposures_name_the_tables_that_dashboards_and_the_report_read() -> None:
    exposures = {
        each["name"]: {ref.split("'")[1] for ref in each["depends_on"]}
        for each in yaml.safe_load((ROOT / "models/_exposures.yml").read_text())["exposures"]
    }
    for dashboard in DASHBOARDS:
        texts = [sql for name, sql in QUERIES.items() if name.startswith(f"{dashboard}/")]
        assert exposures[f"dashboard_{dashboard}"] == _tables(*texts), dashboard
    assert exposures["report"] == _tables((ROOT / "funnel/report/queries.sql").read_text())


def _tables(*texts: str) -> set[str]:
    return {table for text in texts for table in re.findall(r"marts\.(\w+)", text)}
