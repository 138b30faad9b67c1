"""One select of a query: what its expressions hold, and what its conditions ask about."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from funnel.check.asked import Words
from funnel.check.marks import Cell, Marks, Table, merged, moved, outcome, without
from funnel.check.sql import (
    TESTS,
    bare_column,
    conjuncts,
    is_nothing,
    literals,
    respelled_column,
    within,
)

# A lookup that turns an attribute into an agreed segment: what it gives may be asked for.
SEGMENTS = frozenset({"funnels"})


class Tables(Protocol):
    """The query around, which knows the tables that a select reads."""

    words: Mapping[str, Words]

    def source(self, scope: Scope | None, alias: str) -> Table | None: ...
    def read(self, scope: Scope) -> list[Table]: ...
    def made(self, node: exp.Expr) -> Table | None: ...


class Step:
    """One select of a query: what its expressions hold, and what its conditions ask about."""

    def __init__(self, scope: Scope, query: Tables) -> None:
        self.scope = scope
        self.query = query
        self.select = scope.expression
        self.projections: list[exp.Expr] = self.select.expressions
        self.joins = [join for join in self.select.args.get("joins") or () if join.args.get("on")]
        self._cleared: set[tuple[str, str]] = set()
        self._found_by: dict[str, Marks] = {}
        self._cleared |= set(self._narrowed())
        for join in self.joins:
            if join.side and not self.makes_segments(join):
                tests = (test for test in conjuncts(join.args["on"]) if not self._finds(test, join))
                self._found_by[join.alias_or_name] = outcome(merged(map(self.asked, tests)))
        # What a join found may be narrowed too, and with it the table that it was found by.
        self._cleared |= set(self._narrowed())
        self._cleared |= set(self._narrowed_lookups())

    @property
    def is_decided(self) -> bool:
        return any(table.is_decided for table in self.query.read(self.scope))

    def table(self, name: str) -> Table:
        """What the select gives."""
        read = self.query.read(self.scope)
        bases = {node.name for node in self.scope.sources.values() if isinstance(node, exp.Table)}
        return Table(
            name=name,
            columns={each.alias_or_name: self._given(each, name) for each in self.projections},
            reads=frozenset(bases).union(*(table.reads for table in read)),
            is_decided=self.is_decided,
        )

    def makes_segments(self, join: exp.Join) -> bool:
        """Whether a join looks up the agreed segment of an attribute, as the funnels are."""
        table = self.query.source(self.scope, join.alias_or_name)
        return table is not None and (table.reads or {table.name}) <= SEGMENTS

    def marks(self, node: exp.Expr | None) -> Marks:
        """The marks of the value that an expression gives."""
        match node:
            case None | exp.Grouping() | exp.GroupingId():
                return {}
            case exp.Column():
                return self._marks_of_column(node)
            case exp.Query():
                return self._marks_of_query(node)
            case exp.Case() | exp.If():
                return self._marks_of_case(node)
            case exp.Filter():
                return merged([self.marks(node.this), outcome(self.asked(node.expression.this))])
            case exp.Window() | exp.ArgMin() | exp.ArgMax():
                return self.marks(node.this)
        if isinstance(node, TESTS):
            return outcome(self.asked(node))
        return merged(self.marks(part) for part in node.iter_expressions())

    def asked(self, node: exp.Expr, is_negated: bool = False) -> Marks:
        """The marks of what a condition asks about; none where it leaves decided stages alone."""
        match node:
            case exp.Paren():
                return self.asked(node.this, is_negated)
            case exp.Not():
                return self.asked(node.this, not is_negated)
            case exp.Connector():
                return merged(self.asked(side, is_negated) for side in (node.left, node.right))
        if self._leaves_alone(node, is_negated) or self._aligns(node):
            return {}
        return self.all_marks(node)

    def all_marks(self, node: exp.Expr) -> Marks:
        """The marks of every column in an expression, whatever it does with them."""
        found = [
            self._marks_of_query(part)
            if isinstance(part, exp.Query)
            else self._marks_of_column(part)
            for part in within(node)
            if isinstance(part, (exp.Query, exp.Column))
        ]
        return merged(found)

    def _given(self, projection: exp.Expr, relation: str) -> Cell:
        """The cell of an output column. Its way grows where the column is renamed or worked on."""
        column = projection.alias_or_name
        value = projection.unalias()
        marks = self.marks(value)
        is_same = isinstance(value, exp.Column) and value.name == column
        return Cell(
            marks=marks if is_same else moved(marks, f"{relation}.{column}"),
            is_decided=self._descends_from_decided(value),
        )

    def _descends_from_decided(self, value: exp.Expr) -> bool:
        columns = [part for part in within(value) if isinstance(part, exp.Column)]
        is_counted = any(isinstance(part, exp.AggFunc) for part in within(value))
        if is_counted or not columns:
            return self.is_decided
        return any(self._cell(column).is_decided for column in columns)

    def _cell(self, column: exp.Column) -> Cell:
        """What a column of this select, or of one around it, holds."""
        if column.table:
            table = self.query.source(self.scope, column.table)
            return table.columns.get(column.name, Cell()) if table else Cell()
        found = [table.columns.get(column.name, Cell()) for table in self.query.read(self.scope)]
        return Cell(merged(cell.marks for cell in found), any(cell.is_decided for cell in found))

    def _marks_of_column(self, column: exp.Column) -> Marks:
        kept = {
            key: mark
            for key, mark in self._cell(column).marks.items()
            if (column.table, mark.sort) not in self._cleared
        }
        found = {
            key: mark
            for key, mark in self._found_by.get(column.table, {}).items()
            if (column.table, mark.sort) not in self._cleared
        }
        return merged([kept, found])

    def _marks_of_query(self, node: exp.Expr) -> Marks:
        table = self.query.made(node)
        return merged(cell.marks for cell in table.columns.values()) if table else {}

    def _marks_of_case(self, case: exp.Case | exp.If) -> Marks:
        """A case holds its values and the outcome of its conditions; its else, of all the rest."""
        branches: list[exp.If] = case.args.get("ifs") or [case]
        rest = case.args.get("default") or case.args.get("false")
        found = [self.marks(branch.args.get("true")) for branch in branches]
        found.append(self.marks(rest))
        if isinstance(case, exp.Case) and case.this:
            found.append(outcome(self.all_marks(case.this)))
        about = self.asked if is_nothing(rest) else self.all_marks
        conditions = merged(outcome(about(branch.this)) for branch in branches)
        column = respelled_column(case)
        if column:
            own = {mark.origin for mark in self._marks_of_column(column).values()}
            conditions = without(conditions, own)
        return merged([*found, conditions])

    def _sorts(self, column: exp.Column) -> set[str]:
        return {mark.sort for mark in self._marks_of_column(column).values()}

    def _leaves_alone(self, node: exp.Expr, is_negated: bool) -> bool:
        """A test of a label or a kind that no row of a stage of the definition passes."""
        column = bare_column(node.this)
        sorts = self._sorts(column) if column else set()
        if isinstance(node, exp.Is):
            return sorts == {"evidence"}
        said = literals(node)
        known = [self.query.words[sort] for sort in sorts if sort in self.query.words]
        is_positive = isinstance(node, exp.NEQ) == is_negated
        is_known = bool(said) and bool(known) and len(known) == len(sorts)
        return is_known and all(words.leave_alone(said, is_positive) for words in known)

    def _aligns(self, node: exp.Expr) -> bool:
        """Two columns of the same sort, compared: tables that are joined by what they share."""
        if not isinstance(node, exp.EQ):
            return False
        left, right = bare_column(node.left), bare_column(node.right)
        if left is None or right is None:
            return False
        sorts = [{mark.sort for mark in self._cell(each).marks.values()} for each in (left, right)]
        return bool(sorts[0]) and sorts[0] == sorts[1]

    def _finds(self, test: exp.Expr, join: exp.Join) -> bool:
        """A lookup by something that is no attribute, in a table that has one as its key."""
        if not isinstance(test, exp.EQ):
            return False
        columns = [bare_column(side) for side in (test.left, test.right)]
        asking = [each for each in columns if each and each.table != join.alias_or_name]
        return None not in columns and not any(map(self._sorts, asking))

    def _narrowed(self) -> Iterator[tuple[str, str]]:
        """Alias and sort of each table of which only rows without a decided stage are left."""
        where = self.select.args.get("where")
        for test in conjuncts(where.this) if where else ():
            yield from self._narrowed_by(test)
        for join in self.joins:
            for test in conjuncts(join.args["on"]):
                for alias, sort in self._narrowed_by(test):
                    if not join.side or alias == join.alias_or_name:
                        yield alias, sort

    def _narrowed_lookups(self) -> Iterator[tuple[str, str]]:
        """Alias and sort of each table whose rows were looked up in one that is narrowed."""
        for join in self.joins:
            sorts = {sort for alias, sort in self._cleared if alias == join.alias_or_name}
            for column in join.args["on"].find_all(exp.Column) if sorts else ():
                yield from ((column.table, sort) for sort in sorts)

    def _narrowed_by(self, test: exp.Expr) -> Iterator[tuple[str, str]]:
        inner, is_negated = (test.this, True) if isinstance(test, exp.Not) else (test, False)
        column = bare_column(inner.this)
        if column and literals(inner) and self._leaves_alone(inner, is_negated):
            yield from ((column.table, sort) for sort in self._sorts(column))
