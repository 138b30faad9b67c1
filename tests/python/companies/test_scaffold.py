"""What `funnel scaffold` writes; test_packages builds a project of it."""

from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import CliRunner

from funnel.cli import funnel
from funnel.places import ROOT
from funnel.scaffold import entity_shapes, seed_rows
from funnel.seeds.demo import demo_seeds_in_force


def _scaffold(folder: Path, *more: str) -> tuple[int, str]:
    arguments = ["scaffold", "--database", str(folder / "w.duckdb"), "--out", str(folder / "own")]
    done = CliRunner().invoke(funnel, [*arguments, *more])
    return done.exit_code, done.output


def test_columns_that_have_landed_are_filled_in_and_the_others_are_null(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute("create schema crm")
        connection.execute("create table crm.people (record_id bigint, EMAIL varchar, age int)")
    assert _scaffold(tmp_path, "--system", "crm", "--entities", "people")[0] == 0
    model = (tmp_path / "own" / "models/staging/crm/stg_crm__people.sql").read_text()
    assert "cast(record_id as varchar) as record_id" in model
    assert "cast(email as varchar) as email" in model
    assert "cast(null as timestamp) as created_at" in model
    assert "age" not in model.replace("page", "").replace("stage", "")


def test_every_entity_gets_a_model_with_its_columns(tmp_path: Path) -> None:
    shapes = entity_shapes()
    assert len(shapes) == 15
    assert _scaffold(tmp_path, "--system", "crm", "--entities", ",".join(shapes))[0] == 0
    for entity, columns in shapes.items():
        model = (tmp_path / "own" / f"models/staging/crm/stg_crm__{entity}.sql").read_text()
        assert [name for name in columns if f" as {name}" not in model] == []


def test_no_seed_of_the_demo_company_is_left(tmp_path: Path) -> None:
    """Each seed of the demo is written anew, with the columns and types that it must have."""
    assert _scaffold(tmp_path, "--system", "crm", "--entities", "people")[0] == 0
    project = tmp_path / "own"
    settings = yaml.safe_load((project / "dbt_project.yml").read_text())
    switched_off = settings["seeds"]["revenue_funnel"]
    assert list(demo_seeds_in_force(project, ROOT, switched_off)) == []
    for name, rows in seed_rows("EUR").items():
        first = (ROOT / "seeds" / f"{name}.csv").read_text().splitlines()[0]
        assert rows.splitlines()[0] == first, name
        assert name in switched_off, name
        assert (project / "seeds" / f"{name}.csv").exists(), name


@pytest.mark.parametrize(
    ("system", "entities", "words"),
    [
        ("crm", "company", "There is no entity company; use people"),
        ("My CRM", "people", "is no name of a system"),
    ],
)
def test_a_wrong_name_writes_nothing(
    tmp_path: Path, system: str, entities: str, words: str
) -> None:
    code, printed = _scaffold(tmp_path, "--system", system, "--entities", entities)
    assert (code, (tmp_path / "own").exists()) == (1, False)
    assert words in printed
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.txt").touch()
    assert "holds files" in _scaffold(tmp_path, "--system", "crm", "--entities", "people")[1]
