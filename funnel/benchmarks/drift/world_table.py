"""The other worlds as a page to read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from funnel.benchmarks.drift.judge_worlds import Outcome, judge_worlds
from funnel.benchmarks.drift.worlds import WORLDS

HEADING = Path(__file__).with_name("worlds.md")
WITHIN = (1, 3, 7, 14)
COLUMNS = (
    "world | what happens | companies | 1 day | 3 | 7 | 14 | right rule"
    " | alerts per cause (mean) | most | false alerts in 90 days"
)


def measure_worlds(companies: int, batch: int, seed: int, table: Path) -> None:
    """Draws and judges a batch after the other, each from a seed of its own."""
    outcomes: list[Outcome] = []
    for start in range(0, companies, batch):
        with TemporaryDirectory() as folder:
            number = min(batch, companies - start)
            outcomes += judge_worlds(WORLDS, number, seed + start, Path(folder))
        print(f"{start + number} of {companies} companies of each world", flush=True)
        write_world_table(outcomes, seed, table)


def write_world_table(outcomes: Iterable[Outcome], seed: int, table: Path) -> None:
    """A row per world: what was found within how many days, and how many alerts came."""
    by_world: dict[str, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        by_world[each.world.name].append(each)
    lines = [f"Seed {seed}.", "", f"| {COLUMNS} |", f"|{'---|' * (COLUMNS.count('|') + 1)}"]
    lines += [f"| {' | '.join(_cells(each))} |" for each in by_world.values()]
    table.write_text(HEADING.read_text() + "\n" + "\n".join(lines) + "\n")


def _cells(outcomes: Sequence[Outcome]) -> list[str]:
    world = outcomes[0].world
    found = [each.found for each in outcomes if each.found]
    causes = [len(each.of_causes) for each in outcomes]
    right = [each.rule == world.rule for each in found] if world.rule else []
    return [
        world.name,
        world.meaning,
        str(len(outcomes)),
        *(_within(outcomes, days) for days in WITHIN),
        f"{100 * mean(right):.0f}" if right else "",
        "" if world.onset is None else f"{mean(causes) / world.most_alerts:.2f}",
        "" if world.onset is None else str(max(causes)),
        f"{mean(len(each.false) for each in outcomes):.2f}",
    ]


def _within(outcomes: Sequence[Outcome], days: int) -> str:
    if outcomes[0].world.onset is None:
        return ""
    return f"{100 * mean(each.days is not None and each.days <= days for each in outcomes):.0f}"
