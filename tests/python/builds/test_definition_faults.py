"""A faulty definition stops the build before any lead is evaluated, and says what is wrong."""

import shutil
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunnerResult

from funnel.run_dbt import ROOT
from tests.python.conftest import messages
from tests.python.warm_dbt import run_dbt

PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "tests", "analyses")
SELECT = "evidence_kinds lifecycle_stages lead_definition_versions lead_definition_rules "
SELECT += "lead_definition_scores lead_definition_agreements int_rule_faults_listed "
SELECT += "int_definition_faults_listed int_evaluation_versions_dated"

VERSIONS = "lead_definition_versions.csv"
RULES = "lead_definition_rules.csv"
SCORES = "lead_definition_scores.csv"
AGREEMENTS = "lead_definition_agreements.csv"
RULE = "seeds/lead_definition_rules.csv, version 3, stage {}, rule {}"
DRAFT_RULE = "3,lead,not_test,is_test,is,false,passes,Not a test record"
DRAFT_SIZE = (
    "3,mql,large_enough,employees,at_least,50,passes,Company is large enough for the product"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with seeds of its own, which a test may break."""
    folder = tmp_path_factory.mktemp("definition")
    for part in PARTS:
        (folder / part).symlink_to(ROOT / part)
    return folder


def _check(project: Path) -> dbtRunnerResult:
    arguments = ["build", "--quiet", "--exclude-resource-type", "test", "--exclude-resource-type"]
    arguments += ["unit_test", "--select", *SELECT.split()]
    return run_dbt(arguments, project / "checked.duckdb", project / "target", project=project)


def _fresh_seeds(project: Path) -> Path:
    shutil.rmtree(project / "seeds", ignore_errors=True)
    return Path(shutil.copytree(ROOT / "seeds", project / "seeds"))


def test_the_shipped_definition_has_no_fault(project: Path) -> None:
    _fresh_seeds(project)
    outcome = _check(project)
    assert outcome.success, messages(outcome)


@pytest.mark.parametrize(
    ("seed", "old", "new", "sentence"),
    [
        (
            RULES,
            "1,mql,large_enough,employees,at_least,20",
            "1,mql,large_enough,employees,at_least,25",
            "seeds/lead_definition_versions.csv, version 1: its rules or scores have changed since "
            "the teams agreed to it. Undo the change and make it a new version.",
        ),
        (
            SCORES,
            "2,email_clicked,5",
            "2,email_clicked,6",
            "seeds/lead_definition_versions.csv, version 2: its rules or scores have changed since",
        ),
        (
            VERSIONS,
            "3,,,,Draft",
            "3,2026-01-01,,,Draft",
            "seeds/lead_definition_versions.csv, version 3: it is in force without a fingerprint. "
            "When all teams have agreed to it, write",
        ),
        (
            AGREEMENTS,
            "2,sales,Head of Sales,2025-06-12\n",
            "",
            "seeds/lead_definition_agreements.csv, version 2: it is in force, and sales has not "
            "agreed to it. Add the agreement, or make the version a draft: delete its valid_from.",
        ),
        (
            VERSIONS,
            "2,2025-07-01",
            "2,2025-06-01",
            "seeds/lead_definition_versions.csv, version 1: it overlaps with version 2 from "
            "2025-06-01 on. Write that day as its valid_to.",
        ),
        (
            VERSIONS,
            "2,2025-07-01",
            "2,2025-08-01",
            "seeds/lead_definition_versions.csv, version 1: it ends, and no version is in force "
            "from 2025-07-01 until 2025-08-01. Move its valid_to, or add a version that begins "
            "that day.",
        ),
        (
            RULES,
            DRAFT_RULE,
            DRAFT_RULE.replace("is_test", "is_testing"),
            f"{RULE.format('lead', 'not_test')}: the attribute is_testing does not exist. ",
        ),
        (
            RULES,
            DRAFT_RULE,
            DRAFT_RULE.replace(",is,", ",equals,"),
            f"{RULE.format('lead', 'not_test')}: the operator equals cannot compare is_test. "
            "Allowed: is, is_not.",
        ),
        (
            RULES,
            DRAFT_SIZE,
            DRAFT_SIZE.replace(",50,", ",fifty,"),
            f"{RULE.format('mql', 'large_enough')}: the value is fifty. Allowed: a whole number.",
        ),
        (
            RULES,
            DRAFT_RULE,
            f"{DRAFT_RULE}\n{DRAFT_RULE}",
            f"{RULE.format('lead', 'not_test')}: there are 2 rows with this name.",
        ),
        (
            RULES,
            DRAFT_RULE,
            DRAFT_RULE.replace("lead", "leed"),
            f"{RULE.format('leed', 'not_test')}: this stage cannot have rules. Allowed: ",
        ),
        (
            RULES,
            "3,sql,evidence,evidence,is,meeting_held",
            "3,sql,evidence,evidence,is,meeting_had",
            f"{RULE.format('sql', 'evidence')}: the evidence meeting_had is not in "
            "seeds/evidence_kinds.csv.",
        ),
        (
            SCORES,
            "3,email_clicked,5",
            "3,mail_clicked,5",
            "seeds/lead_definition_scores.csv, version 3, kind mail_clicked: this kind is not in "
            "seeds/evidence_kinds.csv.",
        ),
        (
            RULES,
            DRAFT_RULE,
            DRAFT_RULE.replace("passes", "maybe"),
            f"{RULE.format('lead', 'not_test')}: if_unknown is maybe. Allowed: passes, fails.",
        ),
        (
            "evidence_kinds.csv",
            "meeting_held,,",
            "meeting_held,sql,",
            "seeds/evidence_kinds.csv, kind meeting_held: its stage is sql, which the lead "
            "definition decides.",
        ),
    ],
)
def test_a_fault_stops_the_build_with_its_sentence(
    project: Path, seed: str, old: str, new: str, sentence: str
) -> None:
    path = _fresh_seeds(project) / seed
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    outcome = _check(project)
    assert not outcome.success
    assert f"- {sentence}" in messages(outcome)
    statuses = {node.node.name: str(node.status) for node in outcome.result.results}  # type: ignore[union-attr]
    assert statuses["int_evaluation_versions_dated"] == "skipped"
