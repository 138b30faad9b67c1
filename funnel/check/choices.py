"""The places of a select that choose which rows count, and what they ask to do so."""

from collections.abc import Iterator

from sqlglot import exp

from funnel.check.marks import Mark, Marks, merged
from funnel.check.sql import TESTS, within
from funnel.check.steps import Step

COUNTED = (exp.Count, exp.CountIf, exp.Sum, exp.Avg)
Choice = tuple[str, Mark]


def choices(step: Step) -> Iterator[Choice]:
    """Every mark that a condition, a count or a grouping of the select depends on."""
    for place, marks in (*_conditions(step), *_joins(step), *_groups(step), *_counts(step)):
        yield from ((place, mark) for mark in marks.values())


def _conditions(step: Step) -> Iterator[tuple[str, Marks]]:
    for place in ("where", "having", "qualify"):
        condition = step.select.args.get(place)
        if condition:
            yield place, step.asked(condition.this)


def _joins(step: Step) -> Iterator[tuple[str, Marks]]:
    """What a join asks about that leaves out rows; a left join's is kept with what it finds."""
    for join in step.joins:
        if not join.side and not step.makes_segments(join):
            yield "join", step.asked(join.args["on"])


def _groups(step: Step) -> Iterator[tuple[str, Marks]]:
    """Rows may be grouped by an attribute or a kind, which is reporting; not by a label."""
    group = step.select.args.get("group")
    for part in group.expressions if group else ():
        marks = step.marks(part)
        yield "group by", {key: mark for key, mark in marks.items() if mark.sort == "label"}


def _counts(step: Step) -> Iterator[tuple[str, Marks]]:
    for root in _roots(step):
        for part in within(root):
            if isinstance(part, exp.Filter):
                yield "filter", step.asked(part.expression.this)
            if isinstance(part, exp.AggFunc):
                yield "aggregate", _aggregated(step, part)


def _roots(step: Step) -> Iterator[exp.Expr]:
    yield from step.projections
    for place in ("having", "qualify", "order"):
        if step.select.args.get(place):
            yield step.select.args[place]


def _aggregated(step: Step, call: exp.AggFunc) -> Marks:
    """What decides which rows an aggregate takes: conditions in it, and outcomes that it adds."""
    inside = merged(step.asked(condition) for condition in _inside(call))
    if isinstance(call, (exp.ArgMin, exp.ArgMax)):
        own = step.marks(call.this)
        return {key: mark for key, mark in inside.items() if key not in own}
    return merged([inside, _counted(step, call)]) if isinstance(call, COUNTED) else inside


def _counted(step: Step, call: exp.AggFunc) -> Marks:
    """A count or sum of outcomes counts all that passed; a count of values, all that have one."""
    is_plain = isinstance(call, exp.Count) and not isinstance(call.this, exp.Distinct)
    sorts = {"label", "attribute"} if is_plain else {"label"}
    marks = merged(step.marks(part) for part in call.iter_expressions())
    return {
        key: mark
        for key, mark in marks.items()
        if mark.is_outcome or mark.is_flag or mark.sort in sorts
    }


def _inside(node: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions in an aggregate, each of them whole."""
    for part in node.iter_expressions():
        if isinstance(part, exp.If):
            yield part.this
            yield from (each for each in (part.args.get("true"),) if isinstance(each, TESTS))
        elif isinstance(part, TESTS):
            yield part
        elif not isinstance(part, exp.Query):
            yield from _inside(part)
