"""Compiles the project and lists every breach of its architecture, one sentence each."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from funnel.check import code, definition, exposed, layers, names, single, sizes, words, written
from funnel.check.breach import Rule, sentence
from funnel.check.exceptions import FILE, Exempt, fault_of, read_exceptions
from funnel.check.project import Project, read_project
from funnel.progress import working
from funnel.run_dbt import ROOT, nothing_thrown_away, run_dbt

RULES: tuple[Rule, ...] = (
    layers.every_model_is_in_a_layer,
    layers.only_staging_reads_sources,
    layers.staging_reads_only_its_own_system,
    layers.only_the_union_reads_staging,
    layers.intermediate_reads_core_marts_only,
    layers.marts_never_read_staging,
    layers.unusable_rows_are_left_out,
    definition.lead_counts_descend_from_the_fact,
    definition.the_fact_descends_from_the_definition,
    definition.only_the_definition_reads_its_seeds,
    single.every_query_can_be_followed,
    single.labels_decide_no_stage,
    single.only_the_definition_tests_attributes,
    single.only_the_definition_reads_evidence,
    single.leads_come_from_the_definition,
    code.only_the_cutoff_reads_the_clock,
    code.only_the_calendar_cuts_time,
    code.staging_compares_with_the_cutoff_in_utc,
    names.models_are_named_for_their_layer,
    names.names_are_short,
    names.column_names_keep_their_promises,
    names.marts_name_no_person,
    words.ctes_are_named_by_nouns,
    words.old_words_stay_out,
    written.every_model_is_described,
    written.every_mart_column_is_described,
    written.every_mart_says_what_it_answers,
    written.contracts_are_enforced,
    written.every_mart_is_unique_on_its_grain,
    written.every_count_of_leads_says_what_it_counts,
    written.every_macro_is_described,
    written.every_law_says_what_to_do,
    written.every_kind_of_test_says_what_to_do,
    exposed.exposures_read_published_tables,
    exposed.every_published_table_is_in_an_exposure,
    exposed.exposures_have_owners_that_exist,
    sizes.models_are_short,
    sizes.sql_lines_are_short,
)
WARNINGS: tuple[Rule, ...] = (sizes.macros_are_short,)


def list_rules() -> int:
    """Prints each rule with what it asks for."""
    for rule in (*RULES, *WARNINGS):
        print(f"{rule.__name__}: {rule.__doc__}")
    return 0


def check_project(target: Path = ROOT / "target" / "check") -> int:
    """Prints every breach, one sentence each: 1 if there is one."""
    with working("Reading the project and following every column"), nothing_thrown_away():
        project = read_project(_compile(target), ROOT)
        exempt = read_exceptions()
        faults = list(breaches(project, RULES, exempt)) + list(stale(project, exempt))
        warnings = list(breaches(project, WARNINGS, exempt))
    # Beside a breach, warnings would hide it.
    for warning in warnings if not faults else ():
        print(f"warning: {warning}")
    for fault in faults:
        print(fault)
    models = sum(1 for _ in project.models())
    count = "1 breach" if len(faults) == 1 else f"{len(faults) or 'no'} breaches"
    print(f"{models} models, {len(RULES)} rules: {count}.")
    return 1 if faults else 0


def breaches(
    project: Project, rules: Sequence[Rule], exempt: Sequence[Exempt] = ()
) -> Iterator[str]:
    """One sentence for each breach that no exception excuses."""
    excused = {(each.rule, each.name) for each in exempt}
    for rule in rules:
        for breach in rule(project):
            if (rule.__name__, breach.name) not in excused:
                yield sentence(rule.__name__, breach)


def stale(project: Project, exempt: Sequence[Exempt]) -> Iterator[str]:
    """One sentence for each exception that is without a rule, without a reason, or not needed."""
    rules = {rule.__name__: rule for rule in (*RULES, *WARNINGS)}
    used = {(name, breach.name) for name, rule in rules.items() for breach in rule(project)}
    for each in exempt:
        fault = fault_of(each, used, set(rules))
        if fault:
            yield f"{FILE.relative_to(ROOT)}: {fault}."


def _compile(target: Path) -> dict[str, Any]:
    """The manifest of the project as its files stand, its SQL rendered on an empty database."""
    chosen = ["--select", "resource_type:model", "resource_type:analysis"]
    # When only the SQL of a test changed, dbt's partial parsing forgets what its yml says.
    quiet = ["--quiet", "--log-level", "error", "--no-use-colors", "--no-partial-parse"]
    outcome = run_dbt(["compile", *chosen, *quiet], target / "empty.duckdb", target)
    if not outcome.success:
        sys.exit(f"The project can't be compiled: {outcome.exception or 'see above'}")
    manifest: dict[str, Any] = json.loads((target / "manifest.json").read_text())
    return manifest
