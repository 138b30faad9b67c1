"""The Open Semantic Interchange file keeps to the published specification, and its expressions, run
as they are written, give what the marts show."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from funnel.metrics.kpis import read_kpis
from funnel.metrics.osi import export_osi, make_osi
from tests.python.conftest import Built

# The core specification 1.0 of github.com/open-semantic-interchange/OSI (core-spec/spec.yaml):
# required and optional names of each part, and the two lists of words.
DIALECTS = {"ANSI_SQL", "SNOWFLAKE", "MDX", "TABLEAU", "DATABRICKS"}
VENDORS = {"COMMON", "SNOWFLAKE", "SALESFORCE", "DBT", "DATABRICKS"}
PARTS = {
    "model": (
        {"name", "datasets"},
        {"description", "ai_context", "relationships", "metrics", "custom_extensions"},
    ),
    "dataset": (
        {"name", "source"},
        {"primary_key", "unique_keys", "description", "ai_context", "fields", "custom_extensions"},
    ),
    "relationship": (
        {"name", "from", "to", "from_columns", "to_columns"},
        {"ai_context", "custom_extensions"},
    ),
    "field": (
        {"name", "expression"},
        {"dimension", "label", "description", "ai_context", "custom_extensions"},
    ),
    "metric": ({"name", "expression"}, {"description", "ai_context", "custom_extensions"}),
}
COLUMN = re.compile(r"\b([a-z_]+)\.([a-z_]+)\b")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Read back from the file."""
    file = tmp_path_factory.mktemp("osi") / "revenue_funnel.osi.yaml"
    assert export_osi(file) == 0
    content = yaml.safe_load(file.read_text())
    assert set(content) == {"semantic_model"}
    [found] = content["semantic_model"]
    return dict(found)


def test_the_file_keeps_to_the_specification(model: dict[str, Any]) -> None:
    _check("model", [model])
    _check("dataset", model["datasets"])
    _check("relationship", model["relationships"])
    _check("metric", model["metrics"])
    fields = {dataset["name"]: _check("field", dataset["fields"]) for dataset in model["datasets"]}
    for dataset in model["datasets"]:
        assert re.fullmatch(r"\w+\.\w+\.\w+", dataset["source"])
        assert set(dataset.get("primary_key", [])) <= fields[dataset["name"]]
    for each in model["relationships"]:
        assert set(each["from_columns"]) <= fields[each["from"]]
        [to] = [dataset for dataset in model["datasets"] if dataset["name"] == each["to"]]
        assert each["to_columns"] == to["primary_key"]
    for metric in model["metrics"]:
        for dataset, field in COLUMN.findall(_expression(metric)):
            assert field in fields[dataset], metric["name"]
        for extension in metric["custom_extensions"]:
            assert extension["vendor_name"] in VENDORS
            json.loads(extension["data"])


def _check(part: str, entries: list[dict[str, Any]]) -> set[str]:
    required, optional = PARTS[part]
    names = [entry["name"] for entry in entries]
    assert len(set(names)) == len(names), part
    for entry in entries:
        assert required <= set(entry) <= required | optional, (part, entry["name"])
        assert all(entry[name] not in (None, "", []) for name in required)
        if "expression" in entry:
            dialects = entry["expression"]["dialects"]
            assert {each["dialect"] for each in dialects} <= DIALECTS
            assert all(set(each) == {"dialect", "expression"} for each in dialects)
        if "dimension" in entry:
            assert set(entry["dimension"]) <= {"is_time"}
    return set(names)


def _expression(entry: dict[str, Any]) -> str:
    return str(entry["expression"]["dialects"][0]["expression"])


def test_what_is_left_out_is_a_balance_or_a_window(model: dict[str, Any]) -> None:
    _, left_out = make_osi()
    assert left_out == ["velocity", "pipeline", "coverage"]
    assert "{{" not in yaml.safe_dump(model)
    told = {json.loads(each["custom_extensions"][0]["data"])["kpi"] for each in model["metrics"]}
    assert told - {None} == {kpi.name for kpi in read_kpis()} - set(left_out)


def test_each_expression_gives_what_the_marts_show(model: dict[str, Any], built: Built) -> None:
    """By month and quarter, for the whole company."""
    compared = 0
    with duckdb.connect(str(built.database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for kpi, kind, sql in _queries(model):
            found = dict(connection.execute(sql).fetchall())
            shown = connection.execute(
                "select period_start, actual from intermediate.int_kpi_values_aggregated"
                " where metric = $1 and period_kind = $2 and funnel = 'all'",
                [kpi, kind],
            ).fetchall()
            for start, actual in shown:
                wanted = None if actual is None else pytest.approx(float(actual), abs=1e-6)
                value = found.get(start)
                assert (value if actual is None else float(value or 0)) == wanted, (kpi, start)
                compared += 1
    assert compared > 800


def _queries(model: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The expression of each metric over its dataset, as the file describes both."""
    datasets = {dataset["name"]: dataset for dataset in model["datasets"]}
    for metric in model["metrics"]:
        data = json.loads(metric["custom_extensions"][0]["data"])
        if not data["kpi"]:
            continue
        # One that divides by a target is in two datasets, which a tool joins by funnel and month.
        if len(set(data["time"].values())) > 1:
            assert data["kpi"] == "coverage_due"
            continue
        [time] = set(data["time"].values())
        dataset = datasets[time.partition(".")[0]]
        fields = ", ".join(f"{_expression(each)} as {each['name']}" for each in dataset["fields"])
        source = f"(select {fields} from {dataset['source']}) as {dataset['name']}"
        for kind in [data["period_kind"]] if data["period_kind"] else ["month", "quarter"]:
            start = f"cast(date_trunc('{kind}', {time}) as date)"
            yield (
                data["kpi"],
                kind,
                f"select {start}, {_expression(metric)} from {source} group by 1",
            )


def test_the_file_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    assert export_osi(tmp_path / "a" / "b.yaml") == 0
    assert (tmp_path / "a" / "b.yaml").exists()
