"""The project as the rules see it: a small typed view of dbt's manifest and the yml files."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DASHBOARDS = "dashboards/**/*.sql"
REF = re.compile(r"\{\{\s*ref\(\s*['\"](\w+)['\"]\s*\)\s*\}\}")
# The check of old words names them.
LISTS_OF_WORDS = {"words.py", "words.csv"}
# The simulations draw what the source systems hold, in the systems' own words.
SIMULATIONS = ("funnel/demo/", "funnel/benchmarks/")
TEXTS = (
    *(
        f"{folder}/**/*.{ending}"
        for folder in ("models", "macros", "seeds", "analyses", "tests")
        for ending in ("sql", "yml", "csv", "md")
    ),
    *("funnel/**/*.py", "funnel/**/*.sql", "examples/**/*.sql", "examples/**/*.yml"),
    *("README.md", "docs/**/*.md", "examples/**/*.md", "benchmarks/**/*.md"),
    *("dbt_project.yml", "Makefile"),
)
COMMENTS = re.compile(r"\{#.*?#\}|/\*.*?\*/|--[^\n]*", re.DOTALL)


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    description: str
    is_not_null: bool
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A model, or any other node that is SQL: a test, an analysis, a snapshot."""

    id: str
    kind: str
    name: str
    path: str
    text: str
    description: str
    columns: tuple[Column, ...]
    has_contract: bool
    reads: tuple[str, ...]
    macros: tuple[str, ...]
    compiled: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def code(self) -> str:
        return COMMENTS.sub("", self.text)

    def is_in(self, folder: str) -> bool:
        return self.path.startswith(f"models/{folder}/")


@dataclass(frozen=True)
class Seed:
    """A seed as its file says it: the header, and rows as text."""

    header: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Macro:
    """A macro; the arguments are those that its yml describes, by name."""

    id: str
    name: str
    path: str
    text: str
    macros: tuple[str, ...]
    description: str
    arguments: Mapping[str, str]

    @property
    def code(self) -> str:
        return COMMENTS.sub("", self.text)


@dataclass(frozen=True)
class ColumnTest:
    """A generic test: what it is called, and the model and column that it stands at."""

    id: str
    name: str
    model: str
    column: str


@dataclass(frozen=True)
class Exposure:
    """A reader of published tables: a review, a dashboard, a list that people work."""

    name: str
    path: str
    reads: tuple[str, ...]
    owner: str
    has_address: bool


@dataclass(frozen=True, eq=False)
class Project:
    nodes: Mapping[str, Model]
    macros: Mapping[str, Macro]
    tests: tuple[ColumnTest, ...]
    texts: Mapping[str, str]
    seeds: Mapping[str, Seed]
    dashboards: tuple[Model, ...]
    exposures: tuple[Exposure, ...]
    owners: frozenset[str]

    def models(self, folder: str = "") -> Iterator[Model]:
        """The models below a folder of models/, by path."""
        below = f"models/{folder}/" if folder else "models/"
        found = (each for each in self.nodes.values() if each.kind == "model")
        yield from sorted(
            (each for each in found if each.path.startswith(below)), key=lambda each: each.path
        )

    def read_models(self, model: Model) -> Iterator[Model]:
        yield from (self.nodes[id] for id in model.reads if id.startswith("model."))

    def ancestors(self, model: Model) -> set[str]:
        """The ids of all that a model descends from."""
        return closure(model.reads, {id: each.reads for id, each in self.nodes.items()})

    def used_macros(self, model: Model) -> set[str]:
        """The ids of the project's macros that a model uses, also by way of others."""
        return closure(model.macros, {id: each.macros for id, each in self.macros.items()})


def closure(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that is reached from the starts along the edges, the starts too."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting.extend(edges.get(id, ()))
    return found


def read_project(manifest: Mapping[str, Any], root: Path) -> Project:
    """The project of a manifest (as in manifest.json) whose files stand in the folder root."""
    name = manifest["metadata"]["project_name"]
    nodes = [node for node in manifest["nodes"].values() if node["package_name"] == name]
    macros = [macro for macro in manifest["macros"].values() if macro["package_name"] == name]
    return Project(
        nodes={node["unique_id"]: _model(node) for node in nodes},
        macros={macro["unique_id"]: _macro(macro) for macro in macros},
        tests=tuple(_test(node) for node in nodes if node.get("test_metadata")),
        texts=dict(_texts(root)),
        seeds={path.stem: _seed(path) for path in sorted((root / "seeds").glob("*.csv"))},
        dashboards=tuple(_dashboard(path, root) for path in sorted(root.glob(DASHBOARDS))),
        exposures=tuple(_exposure(each) for each in manifest.get("exposures", {}).values()),
        owners=frozenset(group["owner"]["name"] for group in manifest.get("groups", {}).values()),
    )


def _model(node: Mapping[str, Any]) -> Model:
    needs = node.get("depends_on", {})
    return Model(
        id=node["unique_id"],
        kind=node["resource_type"],
        name=node["name"],
        path=node["original_file_path"],
        text=node.get("raw_code", ""),
        description=node.get("description", "").strip(),
        columns=tuple(_column(column) for column in node.get("columns", {}).values()),
        has_contract=bool(node.get("config", {}).get("contract", {}).get("enforced")),
        reads=tuple(needs.get("nodes", ())),
        macros=tuple(needs.get("macros", ())),
        compiled=node.get("compiled_code") or "",
        meta=node.get("config", {}).get("meta") or {},
    )


def _seed(path: Path) -> Seed:
    with path.open(newline="") as lines:
        reader = csv.DictReader(lines)
        return Seed(tuple(reader.fieldnames or ()), tuple(reader))


def _dashboard(path: Path, root: Path) -> Model:
    """A query that a dashboard asks; it reads what is published, by name or by ref."""
    place, text = path.relative_to(root).as_posix(), path.read_text()
    return Model(
        id=f"dashboard.{place}",
        kind="dashboard",
        name=path.stem,
        path=place,
        text=text,
        description="",
        columns=(),
        has_contract=False,
        reads=(),
        macros=(),
        compiled=REF.sub(r"\1", text),
    )


def _exposure(node: Mapping[str, Any]) -> Exposure:
    return Exposure(
        name=node["name"],
        path=node["original_file_path"],
        reads=tuple(node["depends_on"]["nodes"]),
        owner=node["owner"].get("name") or "",
        has_address=bool(node["owner"].get("email")),
    )


def _column(column: Mapping[str, Any]) -> Column:
    kinds = {constraint["type"] for constraint in column.get("constraints", ())}
    return Column(
        name=column["name"],
        data_type=re.sub(r"\(.*\)", "", column.get("data_type") or "").strip().lower(),
        description=column.get("description", "").strip(),
        is_not_null=bool(kinds & {"not_null", "primary_key"}),
        meta=column.get("config", {}).get("meta") or {},
    )


def _macro(macro: Mapping[str, Any]) -> Macro:
    return Macro(
        id=macro["unique_id"],
        name=macro["name"],
        path=macro["original_file_path"],
        text=macro["macro_sql"],
        macros=tuple(macro["depends_on"]["macros"]),
        description=macro.get("description", "").strip(),
        arguments={
            each["name"]: each.get("description", "").strip() for each in macro.get("arguments", ())
        },
    )


def _test(node: Mapping[str, Any]) -> ColumnTest:
    return ColumnTest(
        id=node["unique_id"],
        name=node["test_metadata"]["name"],
        model=node.get("attached_node") or "",
        column=node.get("column_name") or "",
    )


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """What people read: SQL, yml, seeds, messages of the tools, and pages, by path."""
    for pattern in TEXTS:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            if path.name not in LISTS_OF_WORDS and not name.startswith(SIMULATIONS):
                yield name, path.read_text()
