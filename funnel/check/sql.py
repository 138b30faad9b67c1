"""Small questions about a parsed expression."""

from collections.abc import Iterator

from sqlglot import exp

TESTS = (exp.Predicate, exp.Connector, exp.Not, exp.RegexpLike, exp.StartsWith, exp.Contains)
# Functions that say how rows were grouped, nothing of what a column holds.
GROUPINGS = (exp.Grouping, exp.GroupingId)
WRAPPERS = (exp.Paren, exp.Lower, exp.Upper, exp.Trim, exp.Coalesce, exp.Cast)


def within(node: exp.Expr) -> Iterator[exp.Expr]:
    """An expression and its parts, but nothing of a query inside it."""
    for part in node.walk(prune=lambda part: isinstance(part, (exp.Query, *GROUPINGS))):
        if isinstance(part, exp.Expr):
            yield part


def bare_column(node: object) -> exp.Column | None:
    """The column that an expression hands on, perhaps in another case or type."""
    while isinstance(node, WRAPPERS):
        node = node.this
    return node if isinstance(node, exp.Column) else None


def literals(node: exp.Expr) -> list[str]:
    """The words that an equation or a list compares with; none if there is anything else."""
    others = node.expressions if isinstance(node, exp.In) else [node.args.get("expression")]
    if not isinstance(node, (exp.EQ, exp.NEQ, exp.In)) or node.args.get("query"):
        return []
    words = [other.this for other in others if isinstance(other, exp.Literal) and other.is_string]
    return words if len(words) == len(others) else []


def conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions all of which must hold."""
    if isinstance(node, (exp.And, exp.Paren)):
        for part in node.iter_expressions():
            yield from conjuncts(part)
    else:
        yield node


def is_nothing(node: exp.Expr | None) -> bool:
    """An else that counts nothing: none, null, zero or false."""
    return node is None or node.sql() in {"NULL", "0", "FALSE"}


def respelled_column(case: exp.Case | exp.If) -> exp.Column | None:
    """The column that a case hands on, with a text in its place for some of its values."""
    if not isinstance(case, exp.Case):
        return None
    rest = case.args.get("default")
    given = [branch.args.get("true") for branch in case.args.get("ifs") or []]
    columns = [
        respelled_column(part) if isinstance(part, exp.Case) else part
        for part in (*given, rest)
        if not (isinstance(part, exp.Literal) and part.is_string)
    ]
    if not columns or isinstance(rest, exp.Literal):
        return None
    first = columns[0]
    is_one = all(isinstance(each, exp.Column) and each == first for each in columns)
    return first if is_one and isinstance(first, exp.Column) else None
