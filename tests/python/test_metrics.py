"""Every KPI as a metric of the semantic layer is what the marts and the report show.

MetricFlow writes the SQL of each metric in this process; DuckDB runs it on the built company."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
import yaml
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from funnel.metrics.generate import FILE, GRAINS, MONTHLY_GRAINS, MetricError, render_metrics
from funnel.metrics.kpis import Kpi, read_kpis, read_measures
from funnel.places import ROOT
from tests.python.conftest import Built

KINDS = {grain: kind for grains in (GRAINS, MONTHLY_GRAINS) for kind, grain in grains.items()}
# A window of days ends with its period; of a period under way the marts' ends at the cutoff.
OVER = (
    "select period_start from (select * from intermediate.int_reporting_periods_listed"
    " where is_complete)"
)
# Both sides round in their own places.
TOLERANCE = 1e-6


class _Writer:
    """What MetricFlow needs to write SQL for DuckDB; it is run elsewhere."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


class Company:
    """The built company, which answers with metrics and with marts."""

    def __init__(self, built: Built, connection: duckdb.DuckDBPyConnection) -> None:
        text = (built.target / "semantic_manifest.json").read_text()
        semantic = parse_manifest_from_dbt_generated_manifest(manifest_json_string=text)
        self.engine = MetricFlowEngine(SemanticManifestLookup(semantic), _Writer())  # type: ignore[arg-type]
        self.connection = connection

    def ask(self, metrics: list[str], by: list[str]) -> list[tuple[Any, ...]]:
        request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=by)
        return self._rows(self.engine.explain(request).sql_statement.sql)

    def ask_saved(self, name: str) -> list[tuple[Any, ...]]:
        request = MetricFlowQueryRequest.create(saved_query_name=name)
        return self._rows(self.engine.explain(request).sql_statement.sql)

    def values(self, metric: str, grain: str, has_funnels: bool) -> dict[tuple[date, str], Any]:
        """The metric by period and funnel; "all" where it is asked for the whole company."""
        by = [f"metric_time__{grain}", *(["funnel"] if has_funnels else [])]
        return {
            (_day(row[0]), row[1] if has_funnels else "all"): row[-1]
            for row in self.ask([metric], by)
            if row[0] is not None
        }

    def marts(self, sql: str) -> list[tuple[Any, ...]]:
        return self._rows(sql)

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def company(built: Built) -> Iterator[Company]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield Company(built, connection)


METRICS = {each["name"]: each for each in yaml.safe_load((ROOT / FILE).read_text())["metrics"]}
OF_KPIS = {name: each for name, each in METRICS.items() if each["config"]["meta"]["kpi"]}


def test_the_metrics_are_those_of_the_seed_kpi_list() -> None:
    assert (ROOT / FILE).read_text() == render_metrics(read_kpis(), read_measures()), (
        "run `funnel metrics write` and commit what it changed"
    )
    assert {each["config"]["meta"]["kpi"] for each in OF_KPIS.values()} == {
        kpi.name for kpi in read_kpis()
    }


def test_each_metric_has_a_name_a_formula_an_owner_and_a_unit() -> None:
    for kpi in read_kpis():
        for metric in OF_KPIS.values():
            if metric["config"]["meta"]["kpi"] == kpi.name:
                assert metric["label"].startswith(kpi.label)
                assert kpi.formula[1:] in metric["description"]
                assert metric["config"]["meta"]["owner_team"] == kpi.owner_team
                assert metric["config"]["meta"]["unit"] == kpi.unit


def test_every_kpi_equals_the_marts_in_each_period_and_funnel(company: Company) -> None:
    """Periods without a value in a metric are zero in the marts, ratios without one are null."""
    cells = company.marts(
        "select metric, period_kind, period_start, funnel, actual"
        " from intermediate.int_kpi_values_aggregated"
        " union all select metric, period_kind, period_start, funnel, actual"
        " from marts.kpi_reviews_by_period where actual is not null"
    )
    shown: dict[tuple[str, str, bool], list[tuple[date, str, Any]]] = {}
    for metric, kind, start, funnel, actual in cells:
        shown.setdefault((metric, kind, funnel != "all"), []).append((start, funnel, actual))
    over = {
        kind: {start for (start,) in company.marts(f"{OVER} where period_kind = '{kind}'")}
        for kind in GRAINS
    }
    compared, different, asked = 0, [], set()
    for name, metric in OF_KPIS.items():
        meta = metric["config"]["meta"]
        for grain in meta["grains"]:
            for has_funnels in (False, True):
                key = (meta["kpi"], KINDS[grain], has_funnels)
                if key not in shown or (name == "spend" and has_funnels):
                    continue
                asked.add(key)
                values = company.values(name, grain, has_funnels)
                for start, funnel, actual in shown[key]:
                    if meta["kpi"] == "velocity" and start not in over[KINDS[grain]]:
                        continue
                    compared += 1
                    if not _same(values.get((start, funnel)), actual):
                        different.append((name, start, funnel, values.get((start, funnel)), actual))
    assert different == []
    assert compared > 15_000
    # Ad spend is known by month: a week has none of its own.
    assert set(shown) - asked == {("spend", "week", False)}


def test_every_saved_query_gives_the_values_of_its_metrics(company: Company) -> None:
    for query in yaml.safe_load((ROOT / FILE).read_text())["saved_queries"]:
        names = query["query_params"]["metrics"]
        # What has no date is in no period.
        rows = [row for row in company.ask_saved(query["name"]) if row[0] is not None]
        grain = query["query_params"]["group_by"][0].split("'")[3]
        by = len(query["query_params"]["group_by"])
        for place, name in enumerate(names):
            alone = company.values(name, grain, by == 2)
            for row in rows:
                cell = (_day(row[0]), row[1] if by == 2 else "all")
                if row[by + place] is not None:
                    assert _same(row[by + place], alone[cell]), (query["name"], name, cell)
        assert rows


def test_the_queries_of_the_page_give_rows(company: Company) -> None:
    page = (ROOT / "docs" / "metrics.md").read_text()
    lines = [shlex.split(line)[2:] for line in page.splitlines() if line.startswith("mf query ")]
    assert len(lines) == 3
    for words in lines:
        options = dict(zip(words[::2], words[1::2], strict=True))
        if saved := options.get("--saved-query"):
            assert company.ask_saved(saved)
        else:
            assert company.ask(options["--metrics"].split(","), options["--group-by"].split(","))


def test_leads_are_grouped_by_what_belongs_to_a_journey_a_person_and_an_account(
    company: Company,
) -> None:
    for dimension, table in {
        "entry__channel": "fct_lifecycle",
        "account__industry": "dim_accounts",
        "person__country": "dim_persons",
        "owner__team": "dim_owners",
    }.items():
        rows = company.ask(["leads"], [dimension])
        total = company.ask(["leads"], [])[0][0]
        assert sum(count or 0 for _, count in rows) == total, table
        assert len(rows) > 2


def test_a_ratio_is_not_the_mean_of_its_groups(company: Company) -> None:
    won, closed = company.marts(
        "select count(*) filter (outcome = 'won'), count(*) from marts.dim_opportunities"
        " where revenue_type = 'new' and outcome <> 'open' and closed_at is not null"
    )[0]
    assert _same(company.ask(["win_rate"], [])[0][0], Decimal(won) / Decimal(closed))


def test_a_new_kpi_of_known_measures_gets_its_metrics() -> None:
    """Those of docs/how-to/add-a-kpi.md."""
    measures = read_measures()
    lost = replace(measures.sums["new_won_count"], name="new_lost_count", summed="lost_count")
    measures = replace(measures, sums={**measures.sums, "new_lost_count": lost})
    cost = Kpi(
        name="cost_per_sql",
        label="Cost per SQL",
        unit="amount",
        owner_team="marketing",
        numerator="spend_amount",
        denominator="entered_sql",
        target=None,
        is_weekly=True,
        is_balance=False,
        formula="ad spend / SQLs",
    )
    losses = replace(cost, name="losses", numerator="new_lost_count", denominator=None)
    text = render_metrics([*read_kpis(), cost, losses], measures)
    made = {each["name"]: each for each in yaml.safe_load(text)["metrics"]}
    assert set(made) == {*METRICS, "cost_per_sql", "losses"}
    assert made["cost_per_sql"]["type_params"] == {"numerator": "spend", "denominator": "sqls"}
    assert made["cost_per_sql"]["config"]["meta"]["grains"] == ["month", "quarter"]
    assert made["losses"]["type_params"]["measure"]["name"] == "closed_lost_opportunities"


def test_a_measure_that_no_semantic_model_has_is_named() -> None:
    new = Kpi("x", "X", "count", "sales", "new_x", None, None, True, False, "x")
    with pytest.raises(MetricError, match="has no measure new_x"):
        render_metrics([new], read_measures())


def test_metricflow_finds_no_fault_in_the_semantic_layer(built: Built) -> None:
    from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
        SemanticManifestValidator,
    )

    text = (built.target / "semantic_manifest.json").read_text()
    semantic = parse_manifest_from_dbt_generated_manifest(manifest_json_string=text)
    faults = SemanticManifestValidator[Any]().validate_semantic_manifest(semantic)
    assert [fault.message for fault in faults.errors] == []


def _same(found: Any, shown: Any) -> bool:
    if shown is None:
        return found is None
    return abs(float(found or 0) - float(shown)) <= TOLERANCE * max(1.0, abs(float(shown)))


def _day(moment: date | datetime | None) -> date:
    assert moment is not None
    return moment.date() if isinstance(moment, datetime) else moment
