"""Follows every column of the project, from what the sources say to what a dashboard shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import TopologicalSorter

from sqlglot import exp

from funnel.check.asked import Asked, read_asked
from funnel.check.choices import choices
from funnel.check.definition import DEFINITION, DRIFT, FACT, LABEL_AGREEMENT
from funnel.check.lineage import Query, UnreadableError, parsed, read_tables
from funnel.check.marks import Cell, Mark, Table, moved, values, without
from funnel.check.origins import (
    ATTRIBUTES,
    attribute_columns,
    held,
    holding_itself,
    missing,
    silent,
    with_origins,
)
from funnel.check.project import Model, Project, closure

# Where the definition explains its results, in marts named definition_...
REPORTS = "marts/definition"
# What comes before the definition: it makes the attributes, and decides nothing with them.
BEFORE = ("intermediate/row_checks", "intermediate/sources", "intermediate/identity")
Trees = Mapping[str, exp.Expr]
Tables = dict[str, Table]


@dataclass
class Followed:
    """What following every column found."""

    asked: Asked
    models: dict[str, Model]
    queries: dict[str, Query] = field(default_factory=dict)
    chosen: list[tuple[Model, str, Mark]] = field(default_factory=list)
    unreadable: list[tuple[Model, str]] = field(default_factory=list)
    missing: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def follow(project: Project) -> Followed:
    """All queries in the order of reading; each model is read by the next as it was found."""
    followed = Followed(
        read_asked(project.seeds), {model.name: model for model in _queried(project)}
    )
    given = _given(project)
    trees = dict(_trees(followed))
    given |= {name: _listed(model) for name, model in followed.models.items() if name not in trees}
    before, after = _in_order(followed, trees)
    handed_on = _follow_before(followed, before, trees, given)
    followed.missing = tuple(missing(given)) if trees else ()
    attributes = attribute_columns(given, handed_on)
    tables = {name: with_origins(table, attributes) for name, table in given.items()}
    tables |= silent(tables, project.seeds, followed.asked)
    for name in after:
        _follow_after(followed, followed.models[name], trees[name], tables)
    return followed


def is_free(model: Model) -> bool:
    """Whether a model may ask for all: the definition decides, and its reports explain how."""
    is_report = model.is_in(REPORTS) and model.name.startswith("definition_")
    return model.is_in(DEFINITION) or is_report or _compares(model)


def _compares(model: Model) -> bool:
    is_named = model.name.startswith((LABEL_AGREEMENT, f"int_{LABEL_AGREEMENT}"))
    return is_named or model.is_in(DRIFT)


def _queried(project: Project) -> Iterator[Model]:
    """What is followed: models after staging, analyses, dashboards. Tests compare on purpose."""
    for model in (*project.nodes.values(), *project.dashboards):
        is_query = model.kind in ("model", "analysis", "dashboard") and model.compiled
        if is_query and not model.is_in("staging"):
            yield model


def _trees(followed: Followed) -> Iterator[tuple[str, exp.Expr]]:
    for name, model in followed.models.items():
        try:
            yield name, parsed(model.compiled)
        except UnreadableError as error:
            followed.unreadable.append((model, str(error)))


def _given(project: Project) -> Tables:
    """Seeds and staging models, whose columns are known from their header and their contract."""
    seeds = {
        name: Table(name, dict.fromkeys(seed.header, Cell()), frozenset({name}))
        for name, seed in project.seeds.items()
    }
    return seeds | {model.name: _listed(model) for model in project.models("staging")}


def _listed(model: Model) -> Table:
    """A model whose query is not followed, with the columns that its yml lists."""
    columns = {column.name: Cell() for column in model.columns}
    return Table(model.name, columns, frozenset({model.name}))


def _in_order(followed: Followed, trees: Trees) -> tuple[list[str], list[str]]:
    """The queries in the order of reading: those before the definition, and the others."""
    graph = {name: read_tables(tree) & set(trees) - {name} for name, tree in trees.items()}
    order = list(TopologicalSorter(graph).static_order())
    first = {name for name in order if any(map(followed.models[name].is_in, BEFORE))}
    first |= closure([ATTRIBUTES, *first], graph)
    before = [name for name in order if name in first]
    return before, [name for name in order if name not in before]


def _follow_before(
    followed: Followed, before: list[str], trees: Trees, tables: Tables
) -> dict[str, frozenset[str]]:
    """For each column before the definition, the columns whose value it hands on."""
    found: dict[str, frozenset[str]] = {}
    for name in before:
        read = {each: holding_itself(tables[each]) for each in read_tables(trees[name]) & {*tables}}
        query = _query(followed, followed.models[name], trees[name], read)
        tables[name] = query.result if query else _listed(followed.models[name])
        found |= dict(held(tables[name]))
    return found


def _follow_after(followed: Followed, model: Model, tree: exp.Expr, tables: Tables) -> None:
    query = _query(followed, model, tree, tables)
    if query is None:
        tables[model.name] = _listed(model)
        return
    followed.queries[model.name] = query
    chosen = [] if is_free(model) else [each for step in query.steps for each in choices(step)]
    followed.chosen += [(model, place, mark) for place, mark in chosen]
    tables[model.name] = _finished(model, query.result, {mark.origin for _, mark in chosen})


def _query(followed: Followed, model: Model, tree: exp.Expr, tables: Tables) -> Query | None:
    try:
        return Query(model.name, tree, tables, followed.asked.words)
    except UnreadableError as error:
        followed.unreadable.append((model, str(error)))
        return None


def _finished(model: Model, table: Table, reported: set[str]) -> Table:
    """What others read of a model. A breach is reported once: nothing more comes of it below."""
    columns = {
        name: _finished_cell(model, cell, f"{model.name}.{name}", reported)
        for name, cell in table.columns.items()
    }
    is_decided = table.is_decided or model.name == FACT or model.is_in(DEFINITION)
    return Table(model.name, columns, frozenset({model.name}), is_decided)


def _finished_cell(model: Model, cell: Cell, step: str, reported: set[str]) -> Cell:
    """The definition's outcomes are decisions, label agreement compares: neither is followed on."""
    if _compares(model):
        return Cell()
    if is_free(model):
        return Cell(values(cell.marks), is_decided=True)
    return Cell(moved(without(cell.marks, reported), step), cell.is_decided or model.name == FACT)
