"""Follows every column through a query, from the tables that it reads to the columns it gives."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from funnel.check.asked import Words
from funnel.check.marks import Cell, Table, merged
from funnel.check.steps import Step

DIALECT = "duckdb"
PLACE = "project"


class UnreadableError(Exception):
    """A query that can't be parsed, or whose columns are ambiguous."""


@cache
def parsed(sql: str) -> exp.Expr:
    """A query whose tables all stand in one place: the names of models and seeds are unique.

    Who follows its columns works on a copy: the same text need be parsed only once."""
    try:
        tree = parse_one(sql, dialect=DIALECT)
    except SqlglotError as error:
        raise UnreadableError(str(error).splitlines()[0]) from error
    for table in tree.find_all(exp.Table):
        if table.db:
            table.set("db", exp.to_identifier(PLACE))
            table.set("catalog", None)
    return tree


def read_tables(tree: exp.Expr) -> frozenset[str]:
    """The names of the tables that a query reads, steps of its own left out."""
    steps = {step.alias for step in tree.find_all(exp.CTE)}
    tables = (table for table in tree.find_all(exp.Table) if table.name)
    return frozenset(table.name for table in tables if table.db or table.name not in steps)


class Query:
    """A query whose columns were followed: one table for every select, the last one its result."""

    def __init__(
        self,
        name: str,
        tree: exp.Expr,
        tables: Mapping[str, Table],
        words: Mapping[str, Words],
    ) -> None:
        self.words = words
        self.steps: list[Step] = []
        self._tables = tables
        self._made: dict[int, Table] = {}
        self.result = Table(name, {}, frozenset())
        for scope in traverse_scope(_qualified(tree, tables)):
            self.result = self._made[id(scope.expression)] = self._table(scope, name)

    def source(self, scope: Scope | None, alias: str) -> Table | None:
        """The table that an alias stands for, here or in a query around."""
        if scope is None:
            return None
        source = scope.sources.get(alias)
        if source is None:
            return self.source(scope.parent, alias)
        if isinstance(source, Scope):
            return self._made.get(id(source.expression))
        return self._tables.get(source.name)

    def read(self, scope: Scope) -> list[Table]:
        found = (self.source(scope, alias) for alias in scope.selected_sources)
        return [table for table in found if table]

    def made(self, node: exp.Expr) -> Table | None:
        """The table of a query that stands inside an expression."""
        return self._made.get(id(node.unnest() if isinstance(node, exp.Subquery) else node))

    def _table(self, scope: Scope, name: str) -> Table:
        parent = scope.expression.parent
        name = parent.alias if isinstance(parent, (exp.CTE, exp.Subquery)) else name
        if isinstance(scope.expression, exp.SetOperation):
            return self._union(scope, name)
        if isinstance(scope.expression, exp.Select):
            self.steps.append(Step(scope, self))
            return self.steps[-1].table(name)
        tables = self.read(scope)
        return replace(tables[0], name=name) if tables else Table(name, {}, frozenset())

    def _union(self, scope: Scope, name: str) -> Table:
        sides = [self._made[id(side.expression)] for side in scope.set_operation_scopes]
        pairs = zip(*(side.columns.values() for side in sides), strict=False)
        names = sides[0].columns
        return Table(
            name=name,
            columns={
                column: Cell(merged(cell.marks for cell in cells), all(c.is_decided for c in cells))
                for column, cells in zip(names, pairs, strict=False)
            },
            reads=frozenset().union(*(side.reads for side in sides)),
            is_decided=any(side.is_decided for side in sides),
        )


def _qualified(tree: exp.Expr, tables: Mapping[str, Table]) -> exp.Expr:
    """The query with the table named at every column, and every star spelt out."""
    read = read_tables(tree)
    unknown = sorted(read - set(tables))
    if unknown:
        raise UnreadableError(f"it reads {unknown[0]}, which is no model")
    columns: dict[str, object] = {
        name: dict.fromkeys(tables[name].columns, "text") for name in read
    }
    try:
        return qualify(
            tree.copy(),
            dialect=DIALECT,
            db=PLACE,
            schema={PLACE: columns},
            validate_qualify_columns=False,
            quote_identifiers=False,
            identify=False,
        )
    except SqlglotError as error:
        raise UnreadableError(str(error).splitlines()[0]) from error
