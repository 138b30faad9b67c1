"""The benchmark of speed counts what it says, and its page shows what was counted."""

import json
from pathlib import Path
from typing import Any

import duckdb
import yaml

from funnel.benchmarks.speed.empty_project import write_empty_project
from funnel.benchmarks.speed.floor import scan_and_write, used_columns
from funnel.benchmarks.speed.increments import INCREMENTS, arrive, hold_back
from funnel.benchmarks.speed.page import STEPS, write_page

KINDS = ("table", "view", "incremental")


def test_the_empty_project_has_as_many_models_and_tests(tmp_path: Path) -> None:
    nodes = [{"resource_type": "model", "config": {"materialized": kind}} for kind in KINDS]
    nodes += [{"resource_type": "seed", "config": {"materialized": "seed"}}]
    nodes += [{"resource_type": "test", "config": {"materialized": "test"}}] * 6
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"nodes": dict(enumerate(nodes))}))
    write_empty_project(tmp_path / "empty", manifest)
    models = list((tmp_path / "empty" / "models").glob("*.sql"))
    assert len(models) == 4
    assert sum("'view'" in model.read_text() for model in models) == 1
    written = yaml.safe_load((tmp_path / "empty" / "models" / "models.yml").read_text())
    shares = [len(model["columns"][0]["data_tests"]) for model in written["models"]]
    assert sorted(shares) == [1, 1, 2, 2]


def test_the_floor_scans_the_named_columns_and_writes_the_same_tables(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "revenue_funnel.duckdb")) as connection:
        connection.execute("create schema crm; create schema marts; create schema staging")
        connection.execute("create table crm.lead as select 1 as id, 2 as unused")
        connection.execute("create table marts.leads as select range as id from range(7)")
        connection.execute("create view staging.leads as from crm.lead")
    path = tmp_path / "target" / "compiled" / "project" / "models" / "leads.sql"
    path.parent.mkdir(parents=True)
    path.write_text("select id from crm.lead")
    node = {
        "resource_type": "model",
        "package_name": "project",
        "original_file_path": "models/leads.sql",
        "depends_on": {"nodes": ["source.crm.lead"]},
    }
    source = {"database": "revenue_funnel", "schema": "crm", "identifier": "lead"}
    manifest = {"nodes": {"model.leads": node}, "sources": {"source.crm.lead": source}}
    (tmp_path / "target" / "manifest.json").write_text(json.dumps(manifest))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'revenue_funnel.duckdb'}' as built (read_only)")
        scanned = list(used_columns(connection, tmp_path / "target"))
    assert scanned == [('built.crm."lead"', ["id"])]
    scan_and_write(tmp_path)
    with duckdb.connect(str(tmp_path / "floor.duckdb")) as connection:
        assert connection.execute("select count(*) from marts.leads").fetchone() == (7,)
        assert connection.execute("select count(*) from duckdb_tables()").fetchone() == (1,)


def _figures(cost: dict[str, float]) -> dict[str, Any]:
    steps = {
        name: {
            "cpu_seconds": cost.get(name, 1.0),
            "wall_seconds": 9.0,
            "peak_memory_bytes": 5e8,
            "bytes_read": 2e6,
            "bytes_written": 1e6,
            "nodes": {},
        }
        for name in STEPS
    }
    for name in (*INCREMENTS, "full again"):
        steps[name] |= {"nodes": {"model.p.kept": cost.get(name, 1.0) / 4}, "keeping": ["kept"]}
    steps["models"] |= {
        "nodes": {"model.p.slow": 30.0, "model.p.quick": 1.0, "seed.p.list": 99.0},
        "folders": {"model.p.slow": "models/marts"},
    }
    steps["empty project"]["nodes"] = {"model.p.a": 3.0, "test.p.b": 1.0}
    machine = dict.fromkeys(("processor", "system", "python", "duckdb", "dbt"), "x")
    return {
        "machine": {**machine, "cores": 2, "memory_bytes": 8e9},
        "sizes": {"8000": {"raw_rows": 12345, "steps": steps}},
    }


def test_the_page_compares_models_with_the_floor_and_names_the_slowest(tmp_path: Path) -> None:
    costs = {"models": 50.0, "floor": 10.0, "data tests": 5.0, "empty project": 20.0}
    costs |= {"full again": 40.0, "increment of 0.1 %": 30.0, "increment of 1 %": 36.0}
    write_page(_figures(costs), tmp_path / "speed.md")
    page = (tmp_path / "speed.md").read_text()
    # Of the 20 s of the empty project three quarters are its models'.
    assert "Models take 5.0 times the floor" in page
    assert "as many empty ones, 3.5 times" in page
    assert "Data tests add 10 % to the models" in page
    assert "of 0.1 %: 75 % of a full build, 75 % in the models that keep rows; of 1 %: 90 %" in page
    assert page.index("| slow | 30.00 |") < page.index("| quick | 1.00 |")
    assert "| list |" not in page
    for picture in tmp_path.glob("*.svg"):
        assert f"({picture.name})" in page
    assert len(list(tmp_path.glob("*.svg"))) == 2


def test_what_is_held_back_comes_with_the_increments(tmp_path: Path) -> None:
    path = tmp_path / "sources.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema crm; create table crm.lead as from range(50000)")
    hold_back(tmp_path)
    counts = [_leads(path)]
    for name in INCREMENTS:
        arrive(tmp_path, name)
        counts.append(_leads(path))
    assert counts[2] == 50000
    assert 0.0005 < (counts[1] - counts[0]) / 50000 < 0.002
    assert 0.007 < (counts[2] - counts[1]) / 50000 < 0.013


def _leads(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("select count(distinct range) from crm.lead").fetchone()
    assert row
    return int(row[0])
