"""A model's name says what it is; a column's name is a promise about what it holds."""

import re
from collections.abc import Iterator

from funnel.check.breach import Breach
from funnel.check.project import Column, Model, Project

LONGEST = 40
# What may have been done to the rows of an intermediate model.
VERBS = (
    "aggregated|assigned|attributed|checked|clustered|collected|combined|completed|converted"
    "|counted|dated|described|detected|estimated|evaluated|filled|fitted|grouped|identified|joined"
    "|linked|listed|mapped|matched|measured|normalized|ranked|read|resolved|scored|selected"
    "|snapshotted|unioned"
)

TEXT = {"text", "string", "varchar", "character varying"}
WHOLE = {"integer", "int", "bigint", "smallint"}
DECIMAL = {"decimal", "numeric"}
FRACTION = DECIMAL | {"double", "double precision", "float"}
PROMISES = (
    (re.compile(r"^(is|has)_"), {"boolean", "bool"}),
    (re.compile(r"_id$"), TEXT),
    (re.compile(r"_key$"), {"bigint"}),
    (re.compile(r"_at$"), {"timestamp", "timestamp without time zone"}),
    (re.compile(r"_(date|week|month|start)$"), {"date"}),
    (re.compile(r"_count$"), WHOLE),
    (re.compile(r"_amount$"), DECIMAL),
    (re.compile(r"_(rate|ratio)$"), FRACTION),
    (re.compile(r"_days$"), DECIMAL | WHOLE),
    (re.compile(r"_(name|reason)$"), TEXT),
)
PERSONAL = re.compile(
    r"(^|_)(e?mail|phone|mobile|fax|address|street|birthday|birth_date|first_?name|last_?name"
    r"|full_?name|surname|person_name|contact_name|ip)(_|$)"
)


def models_are_named_for_their_layer(project: Project) -> Iterator[Breach]:
    """stg_ or base_<system>__<entity>; int_ with a verb; fct_ or dim_ in core."""
    for model in project.models():
        wanted = _wanted_name(model)
        if wanted:
            yield Breach(model.name, model.path, f"is named {model.name}", f"name it {wanted}")


def names_are_short(project: Project) -> Iterator[Breach]:
    """A model's name has at most 40 characters."""
    for model in project.models():
        if len(model.name) > LONGEST:
            what = f"has a name of {len(model.name)} characters"
            yield Breach(model.name, model.path, what, f"say it in {LONGEST}")


def column_names_keep_their_promises(project: Project) -> Iterator[Breach]:
    """The ending of a mart's column says its type: _id text, _key bigint, _at timestamp ..."""
    for model in project.models("marts"):
        for column in model.columns:
            types = _promised(column)
            if types and column.data_type not in types:
                what = f"has {column.name} as {column.data_type or 'nothing'}"
                remedy = f"make it {' or '.join(sorted(types))}, or give it another name"
                yield Breach(model.name, model.path, what, remedy)


def marts_name_no_person(project: Project) -> Iterator[Breach]:
    """No mart has a text column that holds an address, a phone number or a person's name."""
    for model in project.models("marts"):
        for column in model.columns:
            if PERSONAL.search(column.name) and column.data_type in TEXT:
                what = f"has the personal column {column.name}"
                yield Breach(model.name, model.path, what, "leave it in its source system")


def _wanted_name(model: Model) -> str:
    """What the name should look like; empty where it does."""
    system = model.folder.rpartition("/")[2]
    if model.is_in("staging"):
        fits = re.fullmatch(rf"(stg|base)_{system}__[a-z0-9_]+", model.name)
        return "" if fits else f"stg_{system}__<entity> or base_{system}__<entity>"
    if model.is_in("intermediate"):
        fits = re.fullmatch(rf"int_[a-z0-9_]+_({VERBS})", model.name)
        return "" if fits else "int_<noun>_<verb>, the verb one of VERBS in funnel/check/names.py"
    if model.is_in("history"):
        return "" if re.fullmatch(r"history_[a-z0-9_]+", model.name) else "history_<noun>"
    if model.is_in("marts/core"):
        return "" if re.fullmatch(r"(fct|dim)_[a-z0-9_]+", model.name) else "fct_... or dim_..."
    return "" if not re.match(r"stg_|base_|int_", model.name) else "as a mart"


def _promised(column: Column) -> set[str]:
    """The types that a column's name allows; none where it promises nothing."""
    return next((types for ending, types in PROMISES if ending.search(column.name)), set())
