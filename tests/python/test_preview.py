"""What reviewed overrides would change is told before they do."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

from tests.python.conftest import Built, query
from tools.run_dbt import ROOT

PAIR = """
    select one.system, one.record_id, other.system, other.record_id
    from intermediate.int_records_linked as links
    inner join intermediate.int_people_unioned as one on links.record_key = one.record_key
    inner join intermediate.int_people_unioned as other
        on links.other_record_key = other.record_key
    inner join intermediate.int_record_persons_mapped as resolved
        on links.record_key = resolved.record_key
    where one.system != other.system
    order by one.record_id
    limit 1
"""


def test_a_separation_makes_two_people_of_one(built: Built, tmp_path: Path) -> None:
    project, database = tmp_path / "project", tmp_path / "revenue_funnel.duckdb"
    project.mkdir()
    for part in ("dbt_project.yml", "profiles.yml", "models", "macros", "tests", "analyses"):
        (project / part).symlink_to(ROOT / part)
    shutil.copytree(ROOT / "seeds", project / "seeds")
    shutil.copy(built.database, database)
    with (project / "seeds" / "identity_overrides.csv").open("a") as seed:
        pair = query(database, PAIR)[0]
        csv.writer(seed, lineterminator="\n").writerow(
            ["separate", *pair, "Two people use one mailbox", "Ann Lee", "2026-01-05"]
        )
    people = query(database, "select count(*) from marts.dim_persons")[0][0]
    command = [sys.executable, "-m", "tools.preview", "--database", str(database)]
    told = subprocess.run(
        [*command, "--project-dir", str(project)], capture_output=True, text=True, cwd=ROOT
    )
    assert told.returncode == 0, told.stderr
    assert f"people: {people} before, {people + 1} after" in told.stdout
    assert query(database, "select count(*) from marts.dim_persons") == [(people,)]
