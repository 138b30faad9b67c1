"""A small project that keeps every rule, and for every rule the fault that must be named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from funnel.check.command import RULES, WARNINGS, breaches, stale
from funnel.check.exceptions import Exempt
from funnel.check.project import Project, read_project
from tests.python.second_definitions import FAULTS as SECOND_DEFINITIONS

Manifest = dict[str, Any]
EVERY_RULE = {rule.__name__: rule for rule in (*RULES, *WARNINGS)}

STAGING = "models/staging/shop/stg_shop__people.sql"
UNION = "models/intermediate/row_checks/int_people_rows_checked.sql"
DEFINITION = "models/intermediate/definition/int_leads_evaluated.sql"
FACT = "models/marts/core/fct_lifecycle.sql"
KPI = "models/marts/conversion/lead_counts.sql"
LAW = "tests/core/every_lead_is_counted.sql"


def node(path: str, reads: tuple[str, ...] = (), code: str = "", **columns: str) -> Manifest:
    """A described model under contract. Columns: name="type"."""
    name = Path(path).stem
    return {
        "unique_id": f"model.shop.{name}",
        "resource_type": "model",
        "package_name": "shop",
        "name": name,
        "original_file_path": path,
        "raw_code": code,
        "description": "One row per thing. Answers: which things are there? For: all.",
        "columns": {column: field(column, kind) for column, kind in columns.items()},
        "config": {"contract": {"enforced": True}},
        "depends_on": {"nodes": list(reads), "macros": []},
    }


def field(name: str, data_type: str) -> Manifest:
    return {
        "name": name,
        "data_type": data_type,
        "description": "What it holds.",
        "constraints": [],
    }


def column_test(name: str, model: str, column: str | None) -> Manifest:
    return {
        "unique_id": f"test.shop.{name}_{model}",
        "resource_type": "test",
        "package_name": "shop",
        "name": f"{name}_{model}",
        "original_file_path": "models/tests.yml",
        "depends_on": {"nodes": [f"model.shop.{model}"], "macros": []},
        "test_metadata": {"name": name},
        "attached_node": f"model.shop.{model}",
        "column_name": column,
    }


def law(path: str) -> Manifest:
    meta = {"likely_cause": "A join loses rows.", "what_to_do": "Read the joins."}
    return node(path, (f"model.shop.{Path(KPI).stem}",)) | {
        "unique_id": f"test.shop.{Path(path).stem}",
        "resource_type": "test",
        "config": {"meta": meta},
    }


def macro(name: str, code: str, **arguments: str) -> Manifest:
    return {
        "unique_id": f"macro.shop.{name}",
        "package_name": "shop",
        "name": name,
        "original_file_path": f"macros/{name}.sql",
        "macro_sql": code,
        "description": "An expression: what it gives.",
        "arguments": [{"name": name, "description": text} for name, text in arguments.items()],
        "depends_on": {"macros": []},
    }


@pytest.fixture
def manifest() -> Manifest:
    models = [
        node(STAGING, ("source.shop.shop.people",), person_id="string"),
        node(UNION, ("model.shop.stg_shop__people",), person_key="bigint"),
        node(
            DEFINITION,
            ("model.shop.int_people_rows_checked", "seed.shop.lead_definition_rules"),
            "with people as ({{ usable_rows(ref('int_people_rows_checked')) }})"
            " select * from people",
        ),
        node(
            FACT, ("model.shop.int_leads_evaluated",), lifecycle_key="bigint", lost_at="timestamp"
        ),
        node(KPI, ("model.shop.fct_lifecycle",), week="date", lead_count="bigint"),
    ]
    models[1]["depends_on"]["macros"] = ["macro.shop.union_sources"]
    models[4]["columns"]["lead_count"]["config"] = {"meta": {"counts": "qualified"}}
    tests = [
        column_test("unique", "fct_lifecycle", "lifecycle_key"),
        column_test("not_null", "fct_lifecycle", "lifecycle_key"),
        column_test("unique_grain", "lead_counts", None),
        law(LAW),
    ]
    macros = [
        macro("read_source", "{{ source(system, table) }}"),
        macro("union_sources", "{{ ref('stg_' ~ system) }}"),
        macro("cutoff", "{{ run_started_at }}"),
    ]
    return {
        "metadata": {"project_name": "shop"},
        "nodes": {each["unique_id"]: each for each in [*models, *tests]},
        "macros": {each["unique_id"]: each for each in macros},
        "exposures": {"exposure.shop.review": exposure("fct_lifecycle", "lead_counts")},
        "groups": {"group.shop.revops": {"owner": {"name": "Revenue operations"}}},
    }


def exposure(*models: str) -> Manifest:
    return {
        "name": "review",
        "original_file_path": "models/_exposures.yml",
        "owner": {"name": "Revenue operations", "email": "revops@example.com"},
        "depends_on": {"nodes": [f"model.shop.{model}" for model in models]},
    }


def at_exposure(manifest: Manifest) -> Manifest:
    found: Manifest = manifest["exposures"]["exposure.shop.review"]
    return found


def at(manifest: Manifest, path: str) -> Manifest:
    """The model that stands at a path."""
    found: Manifest = manifest["nodes"][f"model.shop.{Path(path).stem}"]
    return found


def moved(manifest: Manifest, path: str, to: str) -> None:
    at(manifest, path).update(original_file_path=to, name=Path(to).stem)


def reading(manifest: Manifest, path: str, id: str) -> None:
    at(manifest, path)["depends_on"]["nodes"].append(id)


def using(manifest: Manifest, path: str, name: str) -> None:
    at(manifest, path)["depends_on"]["macros"].append(f"macro.shop.{name}")


def coded(manifest: Manifest, path: str, code: str) -> None:
    at(manifest, path)["raw_code"] = code


def with_column(manifest: Manifest, path: str, name: str, kind: str, **more: str) -> None:
    at(manifest, path)["columns"][name] = field(name, kind) | more


def at_law(manifest: Manifest) -> Manifest:
    found: Manifest = manifest["nodes"][f"test.shop.{Path(LAW).stem}"]
    return found


def without(manifest: Manifest, test: str) -> None:
    del manifest["nodes"][f"test.shop.{test}"]


def write_page(root: Path, text: str) -> None:
    (root / "docs").mkdir()
    (root / "docs" / "page.md").write_text(text)


def write_query(root: Path, text: str) -> None:
    (root / "tests" / "core").mkdir(parents=True)
    (root / "tests" / "core" / "long.sql").write_text(text)


# Rule, fault, and what the sentence must name. Some rules can be broken in several ways.
Plant = Callable[[Manifest, Path], None]
LONG_NAME = "models/marts/conversion/" + "k" * 41 + ".sql"
FAULTS: list[tuple[str, Plant, str]] = [
    (
        "every_model_is_in_a_layer",
        lambda m, _: moved(m, KPI, "models/lead_counts.sql"),
        "models/lead",
    ),
    (
        "only_staging_reads_sources",
        lambda m, _: reading(m, FACT, "source.shop.shop.people"),
        f"{FACT}: reads a source (shop.people)",
    ),
    ("only_staging_reads_sources", lambda m, _: using(m, DEFINITION, "read_source"), DEFINITION),
    (
        "staging_reads_only_its_own_system",
        lambda m, _: reading(m, STAGING, "model.shop.int_people_rows_checked"),
        f"{STAGING}: reads int_people_rows_checked",
    ),
    (
        "only_the_union_reads_staging",
        lambda m, _: reading(m, DEFINITION, "model.shop.stg_shop__people"),
        f"{DEFINITION}: reads stg_shop__people",
    ),
    (
        "only_the_union_reads_staging",
        lambda m, _: at(m, UNION)["depends_on"].update(macros=[]),
        f"{UNION}: reads stg_shop__people",
    ),
    (
        "intermediate_reads_core_marts_only",
        lambda m, _: reading(m, UNION, "model.shop.lead_counts"),
        f"{UNION}: reads the mart lead_counts",
    ),
    (
        "marts_never_read_staging",
        lambda m, _: reading(m, KPI, "model.shop.stg_shop__people"),
        f"{KPI}: reads stg_shop__people",
    ),
    *(
        (
            "unusable_rows_are_left_out",
            lambda m, _, code=code: coded(m, KPI, code),
            f"{KPI}: reads the unusable rows of int_people_rows_checked",
        )
        for code in (
            "from {{ ref('int_people_rows_checked') }}\n\nwhere reason_code is null",
            "select reason_code from {{ ref('int_people_rows_checked') }} where is_new",
            "from {{ ref('int_people_rows_checked') }} order by reason_code",
            'from {{ ref( "int_people_rows_checked" ) }}',
            "people as ({{ usable_rows(ref('int_touches_rows_checked')) }}),\n"
            "touches as (select * from {{ ref('int_people_rows_checked') }})",
            "from {{ ref('int_people_rows_checked') }}\n"
            "union all\nfrom {{ ref('int_touches_rows_checked') }} where reason_code is null",
        )
    ),
    (
        "unusable_rows_are_left_out",
        lambda m, _: coded(m, KPI, "from {{ ref('int_' ~ entity ~ '_rows_checked') }}"),
        f"{KPI}: reads the unusable rows of int_' ~ entity ~ '_rows_checked",
    ),
    (
        "lead_counts_descend_from_the_fact",
        lambda m, _: at(m, KPI)["depends_on"].update(nodes=["model.shop.int_leads_evaluated"]),
        f"{KPI}: contains lead_count",
    ),
    (
        "the_fact_descends_from_the_definition",
        lambda m, _: at(m, FACT)["depends_on"].update(nodes=["model.shop.int_people_rows_checked"]),
        FACT,
    ),
    ("the_fact_descends_from_the_definition", lambda m, _: moved(m, FACT, KPI), "no fct_lifecycle"),
    (
        "only_the_definition_reads_its_seeds",
        lambda m, _: reading(m, KPI, "seed.shop.lead_definition_rules"),
        f"{KPI}: reads the seed lead_definition_rules",
    ),
    *(
        (
            "only_the_cutoff_reads_the_clock",
            lambda m, _, asked=asked: coded(m, KPI, f"select {asked} as week"),
            f"{KPI}: reads the clock",
        )
        for asked in ("current_timestamp", "NOW()", "current_date", "getdate()", "today()")
    ),
    (
        "only_the_cutoff_reads_the_clock",
        lambda m, _: m["macros"].update(late=macro("late", "{{ run_started_at }}")),
        "macros/late.sql: reads the clock",
    ),
    *(
        (
            "only_the_calendar_cuts_time",
            lambda m, _, cut=cut: coded(m, KPI, f"select {cut} as week"),
            f"{KPI}: cuts time by itself",
        )
        for cut in ("date_trunc('week', won_at)", "extract(quarter from won_at)", "isodow(won_at)")
    ),
    (
        "only_the_calendar_cuts_time",
        lambda m, _: m["macros"].update(late=macro("late", "date_trunc('month', {{ day }})")),
        "macros/late.sql: cuts time by itself",
    ),
    (
        "staging_compares_with_the_cutoff_in_utc",
        lambda m, _: coded(m, STAGING, "select 1 where created_at < {{ cutoff() }}"),
        f"{STAGING}: reads cutoff() as it is",
    ),
    *(
        (
            "models_are_named_for_their_layer",
            lambda m, _, path=path, name=name: at(m, path).update(name=name),
            f"{path}: is named {name}",
        )
        for path, name in (
            (STAGING, "stg_store__people"),
            (STAGING, "people"),
            (DEFINITION, "int_leads"),
            (FACT, "lifecycle"),
            (KPI, "int_leads_counted"),
        )
    ),
    ("names_are_short", lambda m, _: moved(m, KPI, LONG_NAME), f"{LONG_NAME}: has a name of 41"),
    *(
        (
            "column_names_keep_their_promises",
            lambda m, _, name=name, kind=kind: with_column(m, KPI, name, kind),
            f"{KPI}: has {name} as {kind}",
        )
        for name, kind in (
            ("deal_id", "bigint"),
            ("person_key", "string"),
            ("is_won", "integer"),
            ("has_deal", "string"),
            ("won_at", "date"),
            ("won_date", "timestamp"),
            ("won_week", "string"),
            ("won_month", "integer"),
            ("deal_count", "double"),
            ("won_amount", "double"),
            ("win_rate", "string"),
            ("stage_days", "interval"),
            ("stage_name", "bigint"),
            ("lost_reason", "bigint"),
        )
    ),
    *(
        (
            "marts_name_no_person",
            lambda m, _, name=name: with_column(m, FACT, name, "string"),
            f"{FACT}: has the personal column {name}",
        )
        for name in ("email", "phone", "first_name", "last_name", "work_address")
    ),
    (
        "every_mart_says_what_it_answers",
        lambda m, _: at(m, KPI).update(description="One row per week. Answers: how many leads?"),
        f"{KPI}: is described without For:",
    ),
    (
        "exposures_read_published_tables",
        lambda m, _: at_exposure(m)["depends_on"]["nodes"].append("model.shop.stg_shop__people"),
        "the exposure review reads stg_shop__people",
    ),
    (
        "exposures_read_published_tables",
        lambda m, _: at(m, KPI)["config"].update(meta={"no_exposure": "It names people."}),
        "the exposure review reads lead_counts",
    ),
    (
        "every_published_table_is_in_an_exposure",
        lambda m, _: at_exposure(m).update(exposure("fct_lifecycle")),
        f"{KPI}: is in no exposure",
    ),
    (
        "exposures_have_owners_that_exist",
        lambda m, _: at_exposure(m)["owner"].update(name="Bob"),
        "the exposure review has the owner Bob",
    ),
    (
        "exposures_have_owners_that_exist",
        lambda m, _: at_exposure(m)["owner"].update(email=None),
        "the exposure review has the owner Revenue operations",
    ),
    ("every_model_is_described", lambda m, _: at(m, UNION).update(description=" "), UNION),
    (
        "every_mart_column_is_described",
        lambda m, _: with_column(m, KPI, "kind", "string", description=""),
        f"{KPI}: does not describe kind",
    ),
    ("contracts_are_enforced", lambda m, _: at(m, FACT)["config"].clear(), FACT),
    ("contracts_are_enforced", lambda m, _: at(m, STAGING)["columns"].clear(), STAGING),
    ("contracts_are_enforced", lambda m, _: with_column(m, KPI, "kind", ""), KPI),
    ("every_mart_is_unique_on_its_grain", lambda m, _: without(m, "not_null_fct_lifecycle"), FACT),
    ("every_mart_is_unique_on_its_grain", lambda m, _: without(m, "unique_grain_lead_counts"), KPI),
    (
        "every_count_of_leads_says_what_it_counts",
        lambda m, _: with_column(m, KPI, "mql_count", "bigint"),
        f"{KPI}: does not say what mql_count counts",
    ),
    (
        "every_count_of_leads_says_what_it_counts",
        lambda m, _: at(m, KPI)["columns"]["lead_count"]["config"]["meta"].update(counts="leads"),
        f"{KPI}: does not say what lead_count counts",
    ),
    (
        "every_count_of_leads_says_what_it_counts",
        lambda m, _: at(m, KPI)["columns"].update(
            stage=field("stage", "string"), entered_count=field("entered_count", "bigint")
        ),
        f"{KPI}: does not say what entered_count counts",
    ),
    (
        "every_macro_is_described",
        lambda m, _: m["macros"]["macro.shop.cutoff"].update(description=""),
        "macros/cutoff.sql: does not describe cutoff;",
    ),
    *(
        (
            "every_macro_is_described",
            lambda m, _, described=described: m["macros"].update(
                late=macro("late", "{% macro late(day, kinds=['a', 'b'], by=none) -%}", **described)
            ),
            f"macros/late.sql: {fault};",
        )
        for described, fault in (
            ({"day": "A day."}, "does not describe kinds, by"),
            ({"day": "A day.", "kinds": "", "by": "An order."}, "does not describe kinds"),
            (
                {"day": "A day.", "kinds": "Kinds.", "by": "An order.", "gone": "Old."},
                "describes gone, which is no argument",
            ),
        )
    ),
    (
        "every_law_says_what_to_do",
        lambda m, _: at_law(m).update(description="", config={}),
        f"{LAW}: has no description and no likely_cause and no what_to_do",
    ),
    (
        "every_law_says_what_to_do",
        lambda m, _: at_law(m)["config"]["meta"].update(what_to_do=""),
        f"{LAW}: has no what_to_do",
    ),
    (
        "every_kind_of_test_says_what_to_do",
        lambda m, _: m["nodes"].update(new=column_test("is_positive", "lead_counts", "lead_count")),
        "has no entry for the test is_positive",
    ),
    ("models_are_short", lambda m, _: coded(m, KPI, "select 1\n" * 201), f"{KPI}: has 201 lines"),
    (
        "sql_lines_are_short",
        lambda _, root: write_query(root, f"select 1\nselect {'1' * 94}"),
        "tests/core/long.sql: has 101 characters in line 2",
    ),
    (
        "macros_are_short",
        lambda m, _: m["macros"].update(long=macro("long", "x\n" * 26)),
        "macros/long.sql: has the macro long of 26 lines",
    ),
    (
        "ctes_are_named_by_nouns",
        lambda m, _: coded(m, KPI, "with\n\ncounted as (\n\n    select 1\n\n)"),
        f"{KPI}: has the CTE counted",
    ),
    (
        "ctes_are_named_by_nouns",
        lambda m, _: coded(m, KPI, "with\n\nleads as (select 1),\n\nwon as (\n\n    select 1\n\n)"),
        f"{KPI}: has the CTE won",
    ),
    *(
        (
            "old_words_stay_out",
            lambda _, root, text=text: write_page(root, f"First line.\nA table {text}."),
            f'docs/page.md: says "{text}" in line 2',
        )
        for text in ("tells", "one row a person", "spell", "Surprising", "as many times", "deals")
    ),
]


def test_the_sound_project_breaks_no_rule(manifest: Manifest, tmp_path: Path) -> None:
    write_page(tmp_path, "One row per thing, with ideals and the dealership.")
    assert list(breaches(read_project(manifest, tmp_path), (*RULES, *WARNINGS))) == []


@pytest.mark.parametrize(
    ("rule", "plant", "named"),
    FAULTS,
    ids=[f"{number} {rule}: {named[:60]}" for number, (rule, _, named) in enumerate(FAULTS)],
)
def test_the_fault_is_named(
    manifest: Manifest, tmp_path: Path, rule: str, plant: Plant, named: str
) -> None:
    plant(manifest, tmp_path)
    told = list(breaches(read_project(manifest, tmp_path), [EVERY_RULE[rule]]))
    assert len(told) == 1
    assert named in told[0]
    assert told[0].endswith(f"({rule}).")


def test_every_rule_has_a_fault() -> None:
    followed = {each.rule.__name__ for each in SECOND_DEFINITIONS if each.rule}
    assert {rule for rule, *_ in FAULTS} | followed == set(EVERY_RULE)


@pytest.fixture
def broken(manifest: Manifest, tmp_path: Path) -> Project:
    coded(manifest, KPI, "select now() as week")
    return read_project(manifest, tmp_path)


def test_an_exception_excuses_one_model_from_one_rule(broken: Project) -> None:
    rule = EVERY_RULE["only_the_cutoff_reads_the_clock"]
    assert len(list(breaches(broken, [rule]))) == 1
    assert len(list(breaches(broken, [rule], [Exempt(rule.__name__, "other", "Why")]))) == 1
    assert list(breaches(broken, [rule], [Exempt(rule.__name__, "lead_counts", "Why")])) == []


@pytest.mark.parametrize(
    ("exempt", "told"),
    [
        (Exempt("only_the_cutoff_reads_the_clock", "lead_counts", "Why"), ""),
        (Exempt("only_the_cutoff_reads_the_clock", "lead_counts", " "), "gives no reason"),
        (Exempt("only_the_cutoff_reads_the_clock", "fct_lifecycle", "Why"), "excuses nothing"),
        (Exempt("no_such_rule", "lead_counts", "Why"), "names no rule"),
    ],
)
def test_an_exception_must_be_needed_and_reasoned(
    broken: Project, exempt: Exempt, told: str
) -> None:
    found = list(stale(broken, [exempt]))
    assert [told in sentence for sentence in found] == ([True] if told else [])
