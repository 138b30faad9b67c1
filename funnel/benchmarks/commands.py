"""The commands `funnel benchmark ...`."""

import sys
from pathlib import Path

import click

from funnel.options import FILE, FOLDER, database_option


@click.group()
def benchmark() -> None:
    """Measure the project on simulated companies of known truth (minutes to hours)."""


@benchmark.command("identity")
@database_option
@click.option(
    "--truth",
    type=FOLDER,
    default=Path("data/demo/truth"),
    show_default=True,
    help="Truth of the demo company in the warehouse.",
)
def benchmark_identity(database: Path, truth: Path) -> None:
    """Count pairs of records that are matched to one person, against the demo's truth.

    \b
    Example: funnel benchmark identity
    """
    from funnel.benchmarks.identity import measure_identity

    measure_identity(database, truth)


@benchmark.command("drift")
@click.option("--cases", default=8, show_default=True, help="Companies of each kind and size.")
@click.option("--benign", default=120, show_default=True, help="Companies without a drift.")
@click.option("--batch", default=24, show_default=True, help="Companies in one database.")
@click.option("--seed", default=5309, show_default=True, help="Draws the companies.")
@click.option(
    "--tuning", default=120, show_default=True, help="Companies that set other detectors' limits."
)
@click.option(
    "--tuning-seed", default=101, show_default=True, help="Seed of the companies of --tuning."
)
@click.option(
    "--regime",
    "regimes",
    multiple=True,
    type=click.Choice(["score known", "score unknown"]),
    help="Only companies whose systems have a lead score of their own (score known), or only "
    "those without one (score unknown). Default: both.",
)
@click.option(
    "--out",
    type=FILE,
    default=Path("target/drift_scores.csv"),
    show_default=True,
    help="CSV file that gets one more row per case and detector.",
)
@click.option(
    "--table",
    type=FILE,
    default=Path("benchmarks/drift.md"),
    show_default=True,
    help="Page made of all rows of that file.",
)
def benchmark_drift(
    cases: int,
    benign: int,
    batch: int,
    seed: int,
    tuning: int,
    tuning_seed: int,
    regimes: tuple[str, ...],
    out: Path,
    table: Path,
) -> None:
    """Plant drifts in simulated companies; compare with the usual detectors.

    \b
    Example: funnel benchmark drift --cases 1 --benign 3 --table target/drift.md
    """
    from funnel.benchmarks.drift.command import REGIMES, Size, measure_drift

    size = Size(cases, benign, batch, seed, tuning, tuning_seed)
    measure_drift(size, regimes or tuple(REGIMES), out, table)


@benchmark.command("drift-worlds")
@click.option("--companies", default=12, show_default=True, help="Companies of each world.")
@click.option("--batch", default=3, show_default=True, help="Of them, in one database.")
@click.option("--seed", default=20261134, show_default=True, help="Draws the companies.")
@click.option(
    "--table",
    type=FILE,
    default=Path("benchmarks/drift-worlds.md"),
    show_default=True,
    help="Page of what was found.",
)
def benchmark_drift_worlds(companies: int, batch: int, seed: int, table: Path) -> None:
    """Count the alerts in worlds with late labels, holidays, bots, segments and the like.

    \b
    Example: funnel benchmark drift-worlds --companies 1 --table target/drift-worlds.md
    """
    from funnel.benchmarks.drift.world_table import measure_worlds

    measure_worlds(companies, batch, seed, table)


@benchmark.command("planning")
@click.option("--companies", default=150, show_default=True, help="Companies of each kind.")
@click.option("--seed", default=2026, show_default=True, help="Draws the companies.")
@click.option("--kind", "kinds", type=int, multiple=True, help="Numbers of kinds. Default: all.")
@click.option(
    "--out",
    type=FILE,
    default=Path("target/planning_scores.csv"),
    show_default=True,
    help="CSV file that gets one more row per company and planner.",
)
@click.option(
    "--table",
    type=FILE,
    default=Path("benchmarks/planning.md"),
    show_default=True,
    help="Page made of all rows of that file.",
)
def benchmark_planning(
    companies: int, seed: int, kinds: tuple[int, ...], out: Path, table: Path
) -> None:
    """Compare the plan with the truth of simulated companies.

    \b
    Example: funnel benchmark planning --companies 3 --table target/planning.md
    """
    from funnel.benchmarks.planning.command import measure_planning

    measure_planning(companies, seed, kinds, out, table)


@benchmark.command("crashes")
@click.option("--people", default=150, show_default=True, help="People of the demo company.")
@click.option("--kills", default=40, show_default=True, help="Builds that are killed.")
@click.option("--swaps", default=200, show_default=True, help="Swaps that are killed.")
@click.option("--fills", default=20, show_default=True, help="Builds whose disk is full.")
@click.option(
    "--disk",
    type=FOLDER,
    default=None,
    help="A small file system for the warehouse, which is filled up: mount -t tmpfs -o size=400m "
    "tmpfs <folder>. Default: no disk is filled.",
)
@click.option(
    "--folder",
    type=FOLDER,
    default=Path("target/crashes"),
    show_default=True,
    help="Folder to build in.",
)
def benchmark_crashes(
    people: int, kills: int, swaps: int, fills: int, disk: Path | None, folder: Path
) -> None:
    """Kill builds while a reader reads: only whole good builds may be seen.

    \b
    Example: funnel benchmark crashes --kills 5 --swaps 20
    """
    from funnel.benchmarks.crashes.command import measure_crashes

    sys.exit(measure_crashes(folder, people, kills, swaps, fills, disk))


@benchmark.command("speed")
@click.option(
    "--people",
    "sizes",
    type=int,
    multiple=True,
    default=(100_000,),
    show_default=True,
    help="People of a demo company; give it again for another size. 8,000 take minutes, 1,000,000 "
    "an hour and 8 GB of memory.",
)
@click.option("--seed", default=7, show_default=True, help="Draws the companies.")
@click.option(
    "--folder",
    type=FOLDER,
    default=Path("target/speed"),
    show_default=True,
    help="Folder to build in.",
)
@click.option(
    "--out",
    type=FILE,
    default=Path("target/speed.json"),
    show_default=True,
    help="All figures, with the machine; keeps those of other sizes.",
)
@click.option(
    "--page",
    type=FILE,
    default=Path("benchmarks/speed.md"),
    show_default=True,
    help="Page made of that file, with pictures beside it.",
)
def benchmark_speed(sizes: tuple[int, ...], seed: int, folder: Path, out: Path, page: Path) -> None:
    """Measure what a build costs, beside the least that it can cost.

    \b
    Example: funnel benchmark speed --people 8000 --page target/speed.md
    """
    from funnel.benchmarks.speed.command import measure_speed

    measure_speed(sizes, folder, seed, out, page)


@benchmark.command("forecasts")
@click.option("--companies", default=8, show_default=True, help="Demo companies.")
@click.option(
    "--people",
    "sizes",
    type=int,
    multiple=True,
    default=(1500, 3000),
    show_default=True,
    help="People of a demo company; with several, companies have them in turn.",
)
@click.option("--seed", default=101, show_default=True, help="Draws the first company.")
@click.option(
    "--out",
    type=FILE,
    default=Path("target/forecast_scores.csv"),
    show_default=True,
    help="CSV file that gets one more row per forecast.",
)
@click.option(
    "--table",
    type=FILE,
    default=Path("benchmarks/forecasts.md"),
    show_default=True,
    help="Page made of all rows of that file.",
)
def benchmark_forecasts(
    companies: int, sizes: tuple[int, ...], seed: int, out: Path, table: Path
) -> None:
    """Compare past forecasts with what came, and with two simple rules.

    \b
    Example: funnel benchmark forecasts --companies 1 --table target/forecasts.md
    """
    from funnel.benchmarks.forecasts.command import measure_forecasts

    measure_forecasts(companies, sizes, seed, out, table)
