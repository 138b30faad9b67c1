"""Second definitions of a lead, planted into the project as it compiles: each must be told."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from funnel.check.breach import Rule
from funnel.check.command import breaches
from funnel.check.exceptions import read_exceptions
from funnel.check.project import read_project
from funnel.check.single import (
    every_query_can_be_followed,
    labels_decide_no_stage,
    leads_come_from_the_definition,
    only_the_definition_reads_evidence,
    only_the_definition_tests_attributes,
)
from funnel.run_dbt import ROOT, run_dbt
from tests.python.second_definitions import FAULTS, INNOCENT, Planted

Manifest = dict[str, Any]
RULES: tuple[Rule, ...] = (
    every_query_can_be_followed,
    labels_decide_no_stage,
    only_the_definition_tests_attributes,
    only_the_definition_reads_evidence,
    leads_come_from_the_definition,
)


def node(planted: Planted) -> Manifest:
    kind = "analysis" if planted.folder == "analyses" else "model"
    return {
        "unique_id": f"{kind}.revenue_funnel.{planted.name}",
        "resource_type": kind,
        "package_name": "revenue_funnel",
        "name": planted.name,
        "original_file_path": planted.path,
        "compiled_code": planted.sql,
    }


def reported_faults(manifest: Manifest) -> list[str]:
    return list(breaches(read_project(manifest, ROOT), RULES, read_exceptions()))


def told_with_evidence(manifest: Manifest) -> list[str]:
    """What is told when the seed says of which stage of the definition a kind is evidence."""
    project = read_project(manifest, ROOT)
    meant = {"form_submitted": "lead", "event_attended": "lead", "meeting_held": "sql"}
    kinds = project.seeds["evidence_kinds"]
    rows = tuple(row | {"stage": meant.get(row["kind"], row["stage"])} for row in kinds.rows)
    seeds = {**project.seeds, "evidence_kinds": replace(kinds, rows=rows)}
    return list(breaches(replace(project, seeds=seeds), RULES, read_exceptions()))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The project as it compiles on an empty database."""
    target = tmp_path_factory.mktemp("compiled")
    select = ["--select", "resource_type:model", "resource_type:analysis"]
    assert run_dbt(["compile", "--quiet", *select], target / "empty.duckdb", target).success
    manifest: Manifest = json.loads((target / "manifest.json").read_text())
    return manifest


@pytest.fixture(scope="session")
def sentences(compiled: Manifest) -> list[str]:
    """What is told when everything is planted at once: no plant reads what another one spoils."""
    manifest = compiled | {"nodes": dict(compiled["nodes"])}
    manifest["nodes"] |= {node(each)["unique_id"]: node(each) for each in (*FAULTS, *INNOCENT)}
    return told_with_evidence(manifest)


def named(sentences: list[str], planted: Planted) -> list[str]:
    return [sentence for sentence in sentences if sentence.startswith(f"{planted.path}: ")]


def test_the_project_has_one_definition(compiled: Manifest) -> None:
    assert reported_faults(compiled) == []


def test_a_kind_that_names_a_decided_stage_is_no_second_definition(compiled: Manifest) -> None:
    """The models leave such a kind out, whatever a company writes into the seed."""
    assert told_with_evidence(compiled) == []


@pytest.mark.parametrize(
    "fault", [each for each in FAULTS if each.rule], ids=lambda each: each.name
)
def test_a_second_definition_is_reported(sentences: list[str], fault: Planted) -> None:
    assert fault.rule
    found = [each for each in named(sentences, fault) if f"({fault.rule.__name__})" in each]
    assert any(fault.says in sentence for sentence in found), named(sentences, fault)


@pytest.mark.parametrize(
    "innocent", [*INNOCENT, *(each for each in FAULTS if not each.rule)], ids=lambda each: each.name
)
def test_reporting_is_no_second_definition(sentences: list[str], innocent: Planted) -> None:
    assert named(sentences, innocent) == []


def replaced(compiled: Manifest, name: str, old: str, new: str) -> Manifest:
    """The project with a piece of one model's SQL exchanged."""
    manifest = deepcopy(compiled)
    model = manifest["nodes"][f"model.revenue_funnel.{name}"]
    assert old in model["compiled_code"]
    model["compiled_code"] = model["compiled_code"].replace(old, new)
    return manifest


CHANGES: Mapping[str, tuple[str, str, str, str]] = {
    "a label comes in as evidence, untouched": (
        "int_exits_unioned",
        "where stages.entered_by = 'disqualification'",
        "where true",
        "-> int_exits_unioned.stage",
    ),
    "service events make leads": (
        "int_stage_evidence_unioned",
        "where evidence_stages.entered_by = 'evidence'",
        "where evidence_stages.entered_by is not null",
        "evidence_kinds.stage -> int_stage_evidence_unioned.stage",
    ),
    "journeys of some people only": (
        "int_journeys_described",
        "select * from int_journeys_described",
        "select d.* from int_journeys_described as d inner join persons on"
        " d.person_key = persons.person_key where persons.has_business_email",
        "int_journeys_described.sql: chooses rows in its where by the attribute",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_model_that_begins_to_decide_is_reported(compiled: Manifest, change: str) -> None:
    name, old, new, says = CHANGES[change]
    spoilt = replaced(compiled, name, old, new)
    assert any(says in sentence for sentence in told_with_evidence(spoilt))


def test_an_origin_that_moved_is_reported(compiled: Manifest) -> None:
    moved = replaced(
        compiled, "int_touches_rows_checked", "keyed_rows.kind,", "keyed_rows.kind as sort,"
    )
    assert any(
        "finds no int_touches_rows_checked.kind" in sentence for sentence in reported_faults(moved)
    )


def copied(folder: Path) -> Path:
    """The project's files, to be changed."""
    parts = ("analyses", "dashboards", "macros", "models", "seeds", "tests", "funnel")
    for part in parts:
        shutil.copytree(ROOT / part, folder / part)
    for file in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / file, folder)
    return folder


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """The project with an analysis and a dashboard that count leads in their own way."""
    root = copied(tmp_path / "project")
    asked = "select count(*) as people from {{ ref('dim_persons') }} where seniority = 'vp'"
    (root / "dashboards" / "our_own_leads.sql").write_text(asked)
    (root / "analyses" / "my_mqls.sql").write_text(
        "select count(*) as mql_count"
        " from {{ ref('int_stage_claims_rows_checked') }} where stage = 'mql'"
    )
    return root


def test_the_command_fails_and_says_where(spoilt: Path) -> None:
    asked = [sys.executable, "-m", "funnel", "check"]
    outcome = subprocess.run(asked, cwd=spoilt, capture_output=True, text=True, check=False)
    assert outcome.returncode == 1, outcome.stderr
    assert "dashboards/our_own_leads.sql: chooses rows in its where" in outcome.stdout
    assert "int_persons_resolved.seniority -> dim_persons.seniority" in outcome.stdout
    assert "analyses/my_mqls.sql: chooses rows in its where by the label" in outcome.stdout
    assert "analyses/my_mqls.sql: has the column mql_count" in outcome.stdout
    assert "3 breaches" in outcome.stdout
