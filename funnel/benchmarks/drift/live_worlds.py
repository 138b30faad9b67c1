"""Worlds as builds day by day saw them, each with what had come by then.

Every build is a system of its own in one database: its days are moved so that the day before its
cutoff is the last day of all, and one run of the models shows what all the builds raised. Worlds
with holidays can't be watched so, since holidays are days of the calendar."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
from dbt.cli.main import dbtRunnerResult

from funnel.benchmarks.drift.company import DAYS
from funnel.benchmarks.drift.judge_worlds import RaisedAlert, raised_alerts
from funnel.benchmarks.drift.land import FIRST, TABLES
from funnel.benchmarks.drift.people import draw_people
from funnel.benchmarks.drift.run import evaluate
from funnel.benchmarks.drift.world_tables import END, PROFILES, land_world
from funnel.benchmarks.drift.worlds import World
from funnel.run_dbt import run_dbt

# The alerts of each build, by the number of days that it knew.
Builds = dict[int, list[RaisedAlert]]
WHOLE = "whole"  # a world as it is known in the end, from which the builds are copied
AS_KNOWN = """
    insert into intermediate.int_label_trials_evaluated by name
    select * replace (
        '{system}' as system,
        is_labelled and label_date < date '{until}' as is_labelled,
        case when label_date < date '{until}' then label_date + {moved} end as label_date,
        trial_date + {moved} as trial_date
    )
    from intermediate.int_label_trials_evaluated
    where system = '{whole}' and trial_date < date '{until}';
    insert into intermediate.int_bad_rows_counted by name
    select * replace ('{system}' as system, event_date + {moved} as event_date)
    from intermediate.int_bad_rows_counted
    where system = '{whole}' and event_date < date '{until}';
"""
FORGET = f"""
    delete from intermediate.int_label_trials_evaluated where system = '{WHOLE}';
    delete from intermediate.int_bad_rows_counted where system = '{WHOLE}';
"""


def watch_worlds(
    worlds: Sequence[World],
    builds: Sequence[int],
    seed: int,
    folder: Path,
    dbt: Callable[..., dbtRunnerResult] = run_dbt,
) -> dict[str, Builds]:
    """By world, the alerts of each build, a build for each of these numbers of days."""
    database = folder / "revenue_funnel.duckdb"
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(TABLES)
        connection.execute(PROFILES)
        for world in worlds:
            _land_builds(connection, world, builds, seed)
    evaluate(database, folder / "target", dbt, cutoff=END)
    raised = raised_alerts(database)
    return {
        world.name: {
            days: [each.moved(days - DAYS) for each in raised.get(_system(world, days), [])]
            for days in builds
        }
        for world in worlds
    }


def _land_builds(
    connection: duckdb.DuckDBPyConnection, world: World, builds: Sequence[int], seed: int
) -> None:
    rng = np.random.default_rng([seed, *world.name.encode(), 0])
    land_world(connection, WHOLE, world, draw_people(rng, world), rng)
    for days in builds:
        until, moved = FIRST + timedelta(days), DAYS - days
        connection.execute(
            AS_KNOWN.format(system=_system(world, days), until=until, moved=moved, whole=WHOLE)
        )
    connection.execute(FORGET)


def _system(world: World, days: int) -> str:
    return f"{world.name}_{days}"
