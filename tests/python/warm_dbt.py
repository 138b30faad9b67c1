"""Runs dbt on the project as it was parsed once: parsing is most of what a short run costs.

dbt parses anew for every database file and every other set of vars. Here the parsed project is kept
for each name of a database and each set of vars that parsing depends on, and both processes of the
tests share dbt's own files of it."""

import gc
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import md5
from pathlib import Path
from typing import Any

from dbt.artifacts.resources.v1.config import NodeConfig
from dbt.cli.main import dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from filelock import FileLock

from funnel.faster_dbt import looks_at
from funnel.run_dbt import ROOT
from funnel.run_dbt import run_dbt as run_dbt_from_files
from tests.python.reading import let_go

# Vars that SQL reads when it runs; test_warm_dbt.py shows that parsing depends on none of them.
RUN_TIME_VARS = {
    "alert_key": 1,
    "cutoff": "2026-01-01",
    "default_currency": "EUR",
    "earliest_date": "2000-01-01",
    "hubspot_email_events": ["OPEN"],
    "identity_rounds": 3,
    "journey_key": 1,
    "largest_person": 30,
    "planning_shape": "working_days",
    "planning_weeks": 10,
    "record_id": "1",
    "recycle_after_days": 80,
    "reevaluated_versions": [3],
    "stripe_company_keys": {"account": "salesforce"},
    "stripe_recurring_coupons": ["once"],
    "stripe_revenue_statuses": ["unpaid"],
    "system": "hubspot",
    "zendesk_company_systems": {"digits": "salesforce", "other": "hubspot"},
    "zendesk_onboarding_tag": "started",
}
WITHOUT_LOGS = ("--log-level", "none", "--log-level-file", "none")
# The folder of the parsed projects: pytest's own, which its processes share.
FOLDER = "PARSED_PROJECTS"


def run_dbt(
    arguments: Sequence[str],
    database: Path,
    target_path: Path,
    variables: Mapping[str, Any] | None = None,
    project: Path = ROOT,
) -> dbtRunnerResult:
    """As `funnel.run_dbt` does. In a project aside, only the rows of seeds may have changed."""
    let_go(database)
    given = dict(variables or {})
    parsed_by = {name: value for name, value in given.items() if name not in RUN_TIME_VARS}
    whole = "--write-json" in arguments
    parsed = _parse(database.stem, json.dumps(parsed_by, sort_keys=True), project, whole)
    if not isinstance(parsed.result, Manifest):
        return parsed
    if not whole:
        arguments = [*arguments, "--no-write-json", *WITHOUT_LOGS]
    return run_dbt_from_files(
        arguments,
        database,
        target_path,
        given,
        [_show_error],
        project=project,
        manifest=parsed.result,
    )


@looks_at()
def _show_error(event: Any) -> None:
    """Prints errors only. dbt itself would format each of about 25,000 events, then drop most."""
    if event.info.level == "error":
        print(event.info.msg)


@cache
def _parse(stem: str, variables: str, project: Path, whole: bool) -> dbtRunnerResult:
    """Hardly any test reads the descriptions in the database, dbt's log or its description of the
    whole project: only the whole has them, as the company has that all tests read."""
    name = md5(f"{stem} {variables} {project}".encode()).hexdigest()
    folder = Path(os.environ[FOLDER]) / name
    with FileLock(f"{folder}.lock"):
        parsed = run_dbt_from_files(
            ["parse", "--quiet"],
            folder / f"{stem}.duckdb",
            folder / "target",
            json.loads(variables),
            project=project,
        )
    if isinstance(parsed.result, Manifest) and not whole:
        for node in parsed.result.nodes.values():
            if isinstance(node.config, NodeConfig):
                node.config.persist_docs = {}
    # Kept until the tests end: Python need not look through it for what can be thrown away.
    gc.freeze()
    return parsed
