"""The reference pages: one for each source entity, one for each group of tables, one for seeds."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from funnel.docs.drawing import draw_layers, with_drawing
from funnel.docs.manifest import Column, Described, Table, parse_project, read_described
from funnel.progress import working
from funnel.run_dbt import ROOT

REFERENCE = "docs/reference"
README = "README.md"
MADE = "<!-- Made by `funnel docs pages` from the descriptions in yml. Change them there. -->\n"
# The groups of published tables, in the order in which a newcomer reads them.
GROUPS = {
    "core": "The funnel itself: stage entries, journeys, payments, recurring revenue, dimensions",
    "conversion": "How many journeys move on, how fast, and where they wait",
    "revenue": "Bookings, pipeline, recurring revenue, retention, unit economics, attribution",
    "reviews": "Weekly, monthly and quarterly reviews, scorecard, KPI tree, forecasts",
    "planning": "From the revenue target back to leads per week",
    "definition": "Why somebody is a lead or not, and what another definition would count",
    "quality": "Alerts, drift, where every source row went",
    "history": "What no build can make again",
}


ENDINGS = {
    "_amount": "an amount in the reporting currency (var `reporting_currency`)",
    "_count": "a whole number, never negative",
    "_volume": "a number that may have a fraction, such as an expected number of journeys",
    "_rate": "a share from 0 to 1",
    "_ratio": "one number divided by another, which may be above 1",
    "_days": "a number of days, some with a fraction",
    "_at": "a moment, in the time zone of the var `time_zone`",
    "_date, _week, _month, _start": "a day; of a week, month or period the first day",
    "_key": "a number that identifies a row of this project and joins tables",
    "_id": "the id that the source system gives",
}


def write_pages(target: Path) -> int:
    """Writes every page that changed, and removes those of entities and groups that are gone."""
    with working("Reading the project"):
        pages = make_pages(parse_project(target), (ROOT / README).read_text())
    for path in (ROOT / REFERENCE).rglob("*.md"):
        if path.relative_to(ROOT).as_posix() not in pages:
            path.unlink()
    for name, text in pages.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(text)
    print(f"{len(pages) - 1} pages in {REFERENCE}, and the drawing in {README}.")
    return 0


def make_pages(manifest: Mapping[str, Any], readme: str) -> dict[str, str]:
    """The text of each page by its path, README with its drawing too."""
    project = read_described(manifest)
    pages = {f"{REFERENCE}/README.md": _index(project)}
    for entity in project.entities:
        pages[f"{REFERENCE}/entities/{entity}.md"] = _entity_page(project, entity)
    for group, title in GROUPS.items():
        pages[f"{REFERENCE}/tables/{group}.md"] = _group_page(project, group, title)
    pages[f"{REFERENCE}/seeds.md"] = _seed_page(project)
    pages[f"{REFERENCE}/metrics.md"] = _metric_page(manifest["metrics"].values())
    pages[README] = with_drawing(readme, draw_layers(project))
    return pages


def _index(project: Described) -> str:
    entities = [
        f"| [`{entity}`](entities/{entity}.md) | {_first_sentence(_checked(project, entity))} |"
        for entity in project.entities
    ]
    groups = [
        f"| [`{group}`](tables/{group}.md) | {title} | {len(project.in_folder(_folder(group)))} |"
        for group, title in GROUPS.items()
    ]
    return "\n".join(
        [
            MADE,
            "# Reference\n",
            "What a source system may provide, as it is after the union of all systems:\n",
            "| entity | rows |\n|---|---|",
            *entities,
            "\nWhat you can read. The tables of the last group are in the schema",
            "`history`, all others in `marts`:\n",
            "| group | contains | tables |\n|---|---|---|",
            *groups,
            "\nThe end of a column's name says what it holds, unless the description differs:\n",
            "| ends in | is |\n|---|---|",
            *(f"| `{ending}` | {meaning} |" for ending, meaning in ENDINGS.items()),
            "\nWhat you can ask the semantic layer for: [metrics](metrics.md).",
            "What you can change without SQL: [seeds](seeds.md).\n",
        ]
    )


def _entity_page(project: Described, entity: str) -> str:
    staging = _staging(project, entity)
    checks = _checked(project, entity).split("\n\n")
    rules = [
        " ".join(part.split()) for part in checks if part.startswith(("Undated:", "Unlinked:"))
    ]
    return "\n".join(
        [
            MADE,
            f"# {entity}\n",
            _flat(checks[0]),
            f"The rows of all systems are in `intermediate.int_{entity}_rows_checked`.\n",
            "## Columns of `stg_<system>__" + entity + "`\n",
            'A column marked "must be there" has to exist; the others may be left out.\n',
            "| column | type | must be there | meaning |\n|---|---|---|---|",
            *_column_rows(project, entity, staging[0].columns),
            "\n## Rows that are incomplete\n",
            *(
                f"- **{rule.partition(':')[0]}**: {rule.partition(':')[2].strip()}"
                for rule in rules
            ),
            "\n## Systems that provide it\n",
            "| model | what it holds |\n|---|---|",
            *(f"| `{table.name}` | {_flat(table.description)} |" for table in staging),
            "",
        ]
    )


def _column_rows(project: Described, entity: str, columns: Iterable[Column]) -> Iterator[str]:
    required = {*project.required[entity], "source_table", "source_key", "reason_code"}
    for column in columns:
        # Which instance of a connector a row comes from: a system's own models need no such column.
        if column.name == "system":
            continue
        must = "yes" if column.name in required else ""
        yield f"| `{column.name}` | {column.data_type} | {must} | {_flat(column.description)} |"


def _group_page(project: Described, group: str, title: str) -> str:
    tables = project.in_folder(_folder(group))
    schema = "history" if group == "history" else "marts"
    return "\n".join(
        [
            MADE,
            f"# {title}\n",
            f"Schema `{schema}`: "
            + " · ".join(f"[`{table.name}`](#{table.name})" for table in tables)
            + "\n",
            *(_table_section(table) for table in tables),
        ]
    )


def _table_section(table: Table) -> str:
    rows = [
        f"| `{column.name}` | {column.data_type} | {_flat(column.description)} |"
        for column in table.columns
    ]
    heading = ["| column | type | meaning |\n|---|---|---|"] if rows else []
    text = _flat(table.description).replace(" Answers: ", "\n\n**Answers:** ")
    text = text.replace(" For: ", " **For:** ")
    return "\n".join([f"## {table.name}\n", text, "", *heading, *rows, ""])


def _metric_page(metrics: Iterable[Mapping[str, Any]]) -> str:
    """The metrics that are KPIs, by owner and name; the parts that they divide are not listed."""
    shown = [each for each in metrics if each["config"]["meta"]["kpi"]]
    shown.sort(key=lambda each: (each["config"]["meta"]["owner_team"], each["name"]))
    return "\n".join(
        [
            MADE,
            "# Metrics\n",
            "Every KPI of the reviews as a metric of the semantic layer, with the periods by which",
            "it is what the reviews show. How to ask for them: [metrics](../metrics.md).\n",
            "| metric | name | owner | unit | periods (`metric_time__`) | formula |",
            "|---|---|---|---|---|---|",
            *(_metric_row(each) for each in shown),
            "",
        ]
    )


def _metric_row(metric: Mapping[str, Any]) -> str:
    meta = metric["config"]["meta"]
    formula = metric["description"].partition(" Owner: ")[0].partition(" Only by ")[0]
    owner, grains = meta["owner_team"], ", ".join(meta["grains"])
    return (
        f"| `{metric['name']}` | {metric['label']} | {owner} | {meta['unit']} | {grains}"
        f" | {_flat(formula)} |"
    )


def _seed_page(project: Described) -> str:
    seeds = [_table_section(seed) for seed in project.in_folder("seeds")]
    return "\n".join(
        [MADE, "# Seeds\n", "Tables that people edit, in the folder `seeds`.\n", *seeds]
    )


def _checked(project: Described, entity: str) -> str:
    return project.tables[f"int_{entity}_rows_checked"].description


def _staging(project: Described, entity: str) -> list[Table]:
    """The staging models of an entity, by name."""
    found = (
        table
        for table in project.tables.values()
        if table.name.startswith("stg_") and table.name.endswith(f"__{entity}")
    )
    return sorted(found, key=lambda table: table.name)


def _folder(group: str) -> str:
    return "models/history" if group == "history" else f"models/marts/{group}"


def _first_sentence(text: str) -> str:
    return _flat(text).partition(". ")[0].rstrip(".")


def _flat(text: str) -> str:
    """A description in one line that can stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
