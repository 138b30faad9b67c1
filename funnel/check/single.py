"""Only the definition decides who is a lead: rules kept by following every column."""

from collections.abc import Iterator

from sqlglot import exp

from funnel.check.breach import Breach
from funnel.check.definition import DEFINITION, FACT
from funnel.check.follow import Followed, follow, is_free
from funnel.check.lineage import Query
from funnel.check.project import Project
from funnel.check.steps import Step


def every_query_can_be_followed(project: Project) -> Iterator[Breach]:
    """The SQL of every model, analysis and dashboard is parsed, and each column found."""
    followed = follow(project)
    for model, error in followed.unreadable:
        remedy = (
            "read only models and seeds, and name the table at each column"
            f" (lines are those of `dbt compile --select {model.name}`)"
        )
        yield Breach(model.name, model.path, f"can't be followed: {error}", remedy)
    for origin in followed.missing:
        remedy = "say in funnel/check/origins.py where it went"
        yield Breach(origin, "funnel/check/origins.py", f"finds no {origin}", remedy)


def labels_decide_no_stage(project: Project) -> Iterator[Breach]:
    """A source's stage label is shown, or asked for stages that the definition leaves alone."""
    yield from _chosen(project, "label", f"ask {FACT} for the stage")


def only_the_definition_tests_attributes(project: Project) -> Iterator[Breach]:
    """What the definition asks of a person is shown and grouped by; it never chooses who counts."""
    yield from _chosen(project, "attribute", "make it a rule of the definition, or group by it")


def only_the_definition_reads_evidence(project: Project) -> Iterator[Breach]:
    """Nothing but the definition picks out the kinds of touch that make a lead, MQL or SQL."""
    yield from _chosen(project, "evidence", f"count the stage's entries in {FACT}")


def leads_come_from_the_definition(project: Project) -> Iterator[Breach]:
    """A column named for a stage of the definition, or holding it, descends from its decision."""
    followed = follow(project)
    for name, query in followed.queries.items():
        model = followed.models[name]
        reported = (
            () if is_free(model) else (*_named(query, followed), *_lead_rows(query, followed))
        )
        for what in reported[:1]:
            remedy = f"take it from {FACT}, or from models/{DEFINITION}"
            yield Breach(model.name, model.path, what, remedy)


def _chosen(project: Project, sort: str, remedy: str) -> Iterator[Breach]:
    """One breach for each model and origin, however many places ask."""
    reported: set[tuple[str, str]] = set()
    for model, place, mark in follow(project).chosen:
        if mark.sort == sort and (model.name, mark.origin) not in reported:
            reported.add((model.name, mark.origin))
            what = f"chooses rows in its {place} by the {sort} {mark}"
            yield Breach(model.name, model.path, what, remedy)


def _named(query: Query, followed: Followed) -> Iterator[str]:
    """Columns named by a stage of the definition that did not decide them."""
    stages = followed.asked.stages | {f"{stage}s" for stage in followed.asked.stages}
    for column, cell in query.result.columns.items():
        if stages & set(column.lower().split("_")) and not cell.is_decided:
            yield f"has the column {column} that does not descend from {FACT}"


def _lead_rows(query: Query, followed: Followed) -> Iterator[str]:
    """Selects whose rows are named by a stage of the definition that did not decide them."""
    for step in query.steps:
        if step.scope.selected_sources and not step.is_decided:
            words = (word for word in _words(step) if word.lower() in followed.asked.stages)
            yield from (
                f"has a CTE or table alias named {word} whose rows do not come from {FACT}"
                for word in words
            )


def _words(step: Step) -> Iterator[str]:
    """The words that a select writes into its columns."""
    for projection in step.projections:
        value = projection.unalias()
        branches = [each.args.get("true") for each in value.find_all(exp.If)]
        rests = [each.args.get("default") for each in value.find_all(exp.Case)]
        for said in (value, *branches, *rests):
            if isinstance(said, exp.Literal) and said.is_string:
                yield str(said.this)
