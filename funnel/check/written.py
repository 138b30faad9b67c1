"""What must be written: what a model means, promises and holds one row for; what a macro gives."""

import re
from collections.abc import Iterator

from funnel.check.breach import Breach
from funnel.check.project import Macro, Model, Project
from funnel.remedies import KINDS

# The project's own generic tests on a grain of several columns.
GRAIN_TESTS = {"unique_grain"}
# What a count of leads, MQLs or SQLs may say that it counts. The first three are compared with the
# fact (the test every_mart_counts_the_same_leads_mqls_and_sqls); it does not hold the others.
COUNTED = {"qualified", "passed", "bypassed", "planned", "draft", "other"}
COUNT = re.compile(r"_(count|volume|leads)$")
# A column that is named for a stage of the definition, or one whose row is of a stage, may be one.
NAMED = re.compile(r"(^|_)(lead|mql|sql|prospect)s?(_|$)")
PER_STAGE = {"stage", "step", "node", "affected_stage"}
# An engine's way of doing what a described macro, or dbt, promises; a generic test, which yml files
# name.
UNDESCRIBED = re.compile(r"^(default|duckdb|postgres|spark)__|^(test|materialization)_")
SIGNATURE = re.compile(r"macro\s+\w+\((.*?)\)\s*-?%}", re.DOTALL)
ARGUMENT = re.compile(r"(?:^|,)\s*(\w+)\s*(?:=\s*(?:\[[^\]]*\]|[^,]*))?")


def every_model_is_described(project: Project) -> Iterator[Breach]:
    """Every model has a description."""
    for model in project.models():
        if not model.description:
            yield Breach(
                model.name, model.path, "has no description", "say in yml what a row means"
            )


def every_mart_column_is_described(project: Project) -> Iterator[Breach]:
    """Every column of a mart has a description."""
    for model in project.models("marts"):
        silent = [column.name for column in model.columns if not column.description]
        if silent:
            what = f"does not describe {', '.join(silent)}"
            yield Breach(model.name, model.path, what, "say in its yml what each holds")


def every_mart_says_what_it_answers(project: Project) -> Iterator[Breach]:
    """A mart's description has the question that it answers (Answers:) and its reader (For:)."""
    for model in project.models("marts"):
        missing = [word for word in ("Answers:", "For:") if word not in model.description]
        if model.description and missing:
            what = f"is described without {' and '.join(missing)}"
            remedy = "write: One row per ... . Answers: <question>? For: <reader>."
            yield Breach(model.name, model.path, what, remedy)


def contracts_are_enforced(project: Project) -> Iterator[Breach]:
    """Staging models and marts enforce a contract on columns that are listed with types."""
    for model in [*project.models("staging"), *project.models("marts")]:
        untyped = [column.name for column in model.columns if not column.data_type]
        if not model.has_contract or not model.columns or untyped:
            remedy = "list its columns with data_type and leave contract: {enforced: true} on"
            yield Breach(model.name, model.path, "promises no contract", remedy)


def every_mart_is_unique_on_its_grain(project: Project) -> Iterator[Breach]:
    """A mart tests a column unique and not null, or its grain by unique_grain."""
    for model in project.models("marts"):
        if not _has_tested_grain(project, model):
            remedy = "test a key unique and not_null, or the columns of the grain by unique_grain"
            yield Breach(model.name, model.path, "does not test its grain", remedy)


def every_count_of_leads_says_what_it_counts(project: Project) -> Iterator[Breach]:
    """A mart's column that may count leads, MQLs or SQLs says in its meta which (counts)."""
    for model in project.models("marts"):
        is_per_stage = any(column.name in PER_STAGE for column in model.columns)
        for column in model.columns:
            may_count = COUNT.search(column.name) and (is_per_stage or NAMED.search(column.name))
            if may_count and column.meta.get("counts") not in COUNTED:
                what = f"does not say what {column.name} counts"
                remedy = f"write config: {{meta: {{counts: ...}}}}, one of {sorted(COUNTED)}"
                yield Breach(model.name, model.path, what, remedy)


def every_law_says_what_to_do(project: Project) -> Iterator[Breach]:
    """A test of its own has a description, a likely cause and what to do, for the day it fails."""
    generic = {test.id for test in project.tests}
    for test in project.nodes.values():
        if test.kind == "test" and test.id not in generic:
            missing = [name for name in ("likely_cause", "what_to_do") if not test.meta.get(name)]
            missing = [*([] if test.description else ["description"]), *missing]
            if missing:
                remedy = (
                    f"write them in a yml in {test.folder} (config: meta for all but the first)"
                )
                yield Breach(test.name, test.path, f"has no {' and no '.join(missing)}", remedy)


def every_kind_of_test_says_what_to_do(project: Project) -> Iterator[Breach]:
    """Each kind of generic test has its sentence and remedy in funnel/remedies.py."""
    for name in sorted({test.name for test in project.tests} - set(KINDS)):
        yield Breach(
            name, "funnel/remedies.py", f"has no entry for the test {name}", "add it to KINDS"
        )


def _has_tested_grain(project: Project, model: Model) -> bool:
    tests = [test for test in project.tests if test.model == model.id]
    unique = {test.column for test in tests if test.name == "unique"}
    present = {test.column for test in tests if test.name == "not_null"}
    present |= {column.name for column in model.columns if column.is_not_null}
    return bool(unique & present) or any(test.name in GRAIN_TESTS for test in tests)


def every_macro_is_described(project: Project) -> Iterator[Breach]:
    """Every macro has a description in yml, and so has each of its arguments."""
    for macro in sorted(project.macros.values(), key=lambda each: each.path):
        faults = [] if UNDESCRIBED.match(macro.name) else _description_faults(macro)
        if faults:
            remedy = "describe the macro and each of its arguments in the yml of its folder"
            yield Breach(macro.name, macro.path, " and ".join(faults), remedy)


def _description_faults(macro: Macro) -> list[str]:
    """What has no description, the macro or its arguments, and what is described and not there."""
    signature = SIGNATURE.search(macro.text)
    wanted = ARGUMENT.findall(signature.group(1)) if signature else []
    silent = [name for name in wanted if not macro.arguments.get(name)]
    unknown = [name for name in macro.arguments if name not in wanted]
    missing = [*([] if macro.description else [macro.name]), *silent]
    return [
        *([f"does not describe {', '.join(missing)}"] if missing else []),
        *([f"describes {', '.join(unknown)}, which is no argument"] if unknown else []),
    ]
