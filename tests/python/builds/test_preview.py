"""The preview shows what reviewed overrides would change."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

from funnel.run_dbt import ROOT
from tests.python.conftest import Built, query

PAIR = """
    select records.system, records.record_id, other_records.system, other_records.record_id
    from intermediate.int_record_pairs_linked as links
    inner join intermediate.int_people_rows_checked as records
        on links.record_key = records.record_key
    inner join intermediate.int_people_rows_checked as other_records
        on links.other_record_key = other_records.record_key
    inner join intermediate.int_record_persons_mapped as record_persons
        on links.record_key = record_persons.record_key
    where records.reason_code is null and other_records.reason_code is null
        and records.system != other_records.system
    order by records.record_id
    limit 1
"""


def test_a_separation_makes_two_persons_of_one(built: Built, tmp_path: Path) -> None:
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
    count = query(database, "select count(*) from marts.dim_persons")[0][0]
    command = [sys.executable, "-m", "funnel", "preview", "--database", str(database)]
    done = subprocess.run(
        [*command, "--project-dir", str(project)], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert f"people: {count} before, {count + 1} after" in done.stdout
    assert query(database, "select count(*) from marts.dim_persons") == [(count,)]
