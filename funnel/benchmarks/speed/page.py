"""The figures as a page with two pictures."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from funnel.benchmarks.speed.increments import INCREMENTS

HEADING = Path(__file__).with_name("heading.md")
SLOWEST = 10
# Of the steps, what each is; they stand in the order in which they ran.
STEPS = {
    "parse": "reading the project anew",
    "models": "seeds and models",
    "data tests": "data tests",
    "no change": "a build when nothing changed",
    "increment of 0.1 %": "seeds and models after 0.1 % of the rows have come",
    "increment of 1 %": "seeds and models after 1 % more have come",
    "full again": "seeds and models of all these rows, no row kept",
    "floor": "scanning each used column once, writing the tables once",
    "empty project": "dbt with as many nodes that do nothing",
}


def write_page(figures: Mapping[str, Any], page: Path) -> None:
    """Tables for each size, and what the largest takes by folder and model."""
    sizes = sorted(figures["sizes"].items(), key=lambda size: int(size[0]))
    people, largest = sizes[-1]
    lines = [
        *HEADING.read_text().rstrip().splitlines(),
        "",
        _machine(figures["machine"]),
        *(line for size in sizes for line in _size(*size)),
        "",
        "## Where the time goes",
        "",
        f"![CPU seconds by folder](speed-folders.svg) At {int(people):,} people.",
        "",
        *_slowest(largest["steps"]["models"]["nodes"]),
        "",
        "![Cost against size](speed-sizes.svg)",
    ]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join(lines) + "\n")
    _draw(_folders(largest["steps"]), page.with_name("speed-folders.svg"))
    _draw(_sizes(sizes), page.with_name("speed-sizes.svg"))


def _machine(machine: Mapping[str, Any]) -> str:
    return (
        f"Measured on {machine['cores']} cores ({machine['processor']}), "
        f"{machine['memory_bytes'] / 1e9:.0f} GB, {machine['system']}, Python {machine['python']}, "
        f"DuckDB {machine['duckdb']}, dbt {machine['dbt']}."
    )


def _size(people: str, size: Mapping[str, Any]) -> Iterator[str]:
    steps = size["steps"]
    yield from (
        "",
        f"## {int(people):,} people, {size['raw_rows']:,} rows of the source systems",
        "",
    )
    yield "| step | CPU s | wall s | peak memory, MB | read, MB | written, MB |"
    yield "|---|---|---|---|---|---|"
    for name, what in STEPS.items():
        step = steps[name]
        numbers = [step["cpu_seconds"], step["wall_seconds"]]
        millions = [step[key] / 1e6 for key in ("peak_memory_bytes", "bytes_read", "bytes_written")]
        cells = [*(f"{number:,.1f}" for number in numbers), *(f"{each:,.0f}" for each in millions)]
        yield f"| {what} | {' | '.join(cells)} |"
    cost = {name: step["cpu_seconds"] for name, step in steps.items()}
    models = cost["models"] - cost["empty project"] * _share_of_models(steps)
    yield ""
    yield (
        f"Models take {cost['models'] / cost['floor']:.1f} times the floor; without what dbt takes "
        f"for as many empty ones, {models / cost['floor']:.1f} times. Data tests add "
        f"{100 * cost['data tests'] / cost['models']:.0f} % to the models."
    )
    yield from ("", _increments(cost, steps))


def _increments(cost: Mapping[str, float], steps: Mapping[str, Any]) -> str:
    """What an increment costs beside a full build of the same rows, and of that, the models that
    keep rows."""
    full = "full again"
    shares = [
        f"{name[13:]}: {100 * cost[name] / cost[full]:.0f} % of a full build, "
        f"{100 * _kept(steps[name]) / _kept(steps[full]):.0f} % in the models that keep rows"
        for name in INCREMENTS
    ]
    return (
        f"Increments cost, of {'; of '.join(shares)} (those cost {_kept(steps[full]):.1f} s in a "
        "full build, with the search for what changed)."
    )


def _kept(step: Mapping[str, Any]) -> float:
    """Of the models that keep rows of the last build, and those that find what has changed."""
    nodes = {id.split(".")[-1]: seconds for id, seconds in step["nodes"].items()}
    return float(sum(nodes.get(name, 0) for name in step["keeping"]))


def _share_of_models(steps: Mapping[str, Any]) -> float:
    """Of the empty project's nodes' time, that of its models."""
    nodes = steps["empty project"]["nodes"]
    models = sum(seconds for id, seconds in nodes.items() if id.startswith("model."))
    return float(models / sum(nodes.values()))


def _slowest(nodes: Mapping[str, float]) -> Iterator[str]:
    yield f"The {SLOWEST} slowest models:"
    yield from ("", "| model | CPU s |", "|---|---|")
    models = [(seconds, id) for id, seconds in nodes.items() if id.startswith("model.")]
    for seconds, id in sorted(models, reverse=True)[:SLOWEST]:
        yield f"| {id.split('.')[-1]} | {seconds:.2f} |"


def _folders(steps: Mapping[str, Any]) -> Any:
    found: dict[str, float] = defaultdict(float)
    for id, seconds in steps["models"]["nodes"].items():
        found[steps["models"]["folders"].get(id, "others")] += seconds
    found["data tests"] = sum(steps["data tests"]["nodes"].values())
    rows = [{"folder": name, "seconds": seconds} for name, seconds in found.items()]
    return (
        _chart(rows)
        .mark_bar()
        .encode(
            x=alt.X("seconds:Q", title="CPU seconds"),
            y=alt.Y("folder:N", title=None, sort="-x"),
        )
    )


def _sizes(sizes: list[tuple[str, Mapping[str, Any]]]) -> Any:
    rows = [
        {"people": int(people), "step": name, "seconds": max(step["cpu_seconds"], 0.01)}
        for people, size in sizes
        for name, step in size["steps"].items()
    ]
    return (
        _chart(rows)
        .mark_line(point=True)
        .encode(
            x=alt.X("people:Q", scale=alt.Scale(type="log")),
            y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="CPU seconds"),
            color=alt.Color("step:N", title=None, sort=list(STEPS)),
        )
    )


def _chart(rows: list[dict[str, Any]]) -> Any:
    return alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]


def _draw(chart: Any, path: Path) -> None:
    drawn = chart.configure(font="Arial", background="white")
    path.write_text(vl_convert.vegalite_to_svg(drawn.to_json()) + "\n")
