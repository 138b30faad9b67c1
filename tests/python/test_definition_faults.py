"""A definition that is not in order stops the build before anything is judged, and says why."""

import shutil
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunnerResult

from tests.python.conftest import messages
from tools.run_dbt import ROOT, run_dbt

PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "tests", "analyses")
SELECT = "evidence_kinds lifecycle_stages lead_definition_versions lead_definition_rules "
SELECT += "lead_definition_scores lead_definition_agreements int_rules_checked "
SELECT += "int_versions_checked int_agreements_checked int_definition_checked int_definition_versions_dated"

VERSIONS = "lead_definition_versions.csv"
RULES = "lead_definition_rules.csv"
SCORES = "lead_definition_scores.csv"
AGREEMENTS = "lead_definition_agreements.csv"
DRAFT_RULE = "3,lead,not_test,is_test,is,false,passes,No test record"
DRAFT_SIZE = "3,mql,large_enough,employees,at_least,50,passes,Large enough to need us"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with seeds of its own, which a test may spoil."""
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


def test_the_shipped_definition_is_in_order(project: Path) -> None:
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
            "Version 1 is in force and its rules or scores are no longer those that were agreed: "
            "put them back, and make the change a new version.",
        ),
        (
            SCORES,
            "2,email_clicked,5",
            "2,email_clicked,6",
            "Version 2 is in force and its rules or scores are no longer those that were agreed",
        ),
        (
            VERSIONS,
            "3,,,,Draft",
            "3,2026-01-01,,,Draft",
            "Version 3 is in force without a fingerprint: when all teams have agreed to it, write",
        ),
        (
            AGREEMENTS,
            "2,sales,Head of Sales,2025-06-12\n",
            "",
            "Version 2 is in force and sales has not agreed to it: add the agreement to "
            "lead_definition_agreements, or make the version a draft by emptying its valid_from.",
        ),
        (
            VERSIONS,
            "2,2025-07-01",
            "2,2025-06-01",
            "Versions 1 and 2 overlap from 2025-06-01 on: write that day as the valid_to of "
            "version 1.",
        ),
        (
            VERSIONS,
            "2,2025-07-01",
            "2,2025-08-01",
            "No version is in force from 2025-07-01 on until 2025-08-01: move the valid_to of "
            "version 1, or add a version from that day on.",
        ),
        (
            RULES,
            DRAFT_RULE,
            DRAFT_RULE.replace("is_test", "is_testing"),
            "The rule not_test for lead of version 3 asks for the attribute is_testing, which does "
            "not exist: write one of",
        ),
        (
            RULES,
            DRAFT_RULE,
            DRAFT_RULE.replace(",is,", ",equals,"),
            "The rule not_test for lead of version 3 compares by equals, which does not exist",
        ),
        (
            RULES,
            DRAFT_SIZE,
            DRAFT_SIZE.replace(",50,", ",fifty,"),
            "The rule large_enough for mql of version 3 has the value fifty, which at_least can "
            "not be compared with: write a whole number.",
        ),
        (
            RULES,
            DRAFT_RULE,
            f"{DRAFT_RULE}\n{DRAFT_RULE}",
            "The rule not_test for lead of version 3 stands 2 times",
        ),
        (
            RULES,
            DRAFT_RULE,
            DRAFT_RULE.replace("lead", "leed"),
            "The rule not_test for leed of version 3 names a stage that lifecycle_stages does not "
            "have for persons",
        ),
        (
            RULES,
            "3,sql,evidence,evidence,is,meeting_held",
            "3,sql,evidence,evidence,is,meeting_had",
            "The rule evidence for sql of version 3 names the evidence meeting_had, which "
            "evidence_kinds does not have",
        ),
        (
            SCORES,
            "3,email_clicked,5",
            "3,mail_clicked,5",
            "The score of mail_clicked in version 3 is of a kind that evidence_kinds does not have",
        ),
        (
            RULES,
            DRAFT_RULE,
            DRAFT_RULE.replace("passes", "maybe"),
            "The rule not_test for lead of version 3 has maybe under if_unknown: write passes or "
            "fails.",
        ),
        (
            "evidence_kinds.csv",
            "meeting_held,,",
            "meeting_held,sql,",
            "The seed evidence_kinds makes meeting_held evidence of sql, which the lead definition "
            "decides",
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
    judged = {node.node.name: str(node.status) for node in outcome.result.results}  # type: ignore[union-attr]
    assert judged["int_definition_versions_dated"] == "skipped"
