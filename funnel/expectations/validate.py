"""Compares what was measured with what was agreed: one checkpoint of all suites."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import great_expectations as gx
from great_expectations.checkpoint.checkpoint import CheckpointResult
from great_expectations.core import ExpectationSuite, ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations import core as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from funnel.expectations.agreements import Agreement, Terms
from funnel.expectations.measure import Measured

CHECKPOINT = "what_was_agreed"
# How each sentence begins, so that a reader knows what is broken.
LIMIT = "Limit agreed for publishing."
SEVERITIES = {"error": "critical", "warning": "warning"}
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["subject", "owner_team", "row_count"],
}


@dataclass(frozen=True)
class Fault:
    """A broken agreement, as a sentence with the value, the owner and what to do."""

    severity: str
    suite: str
    subject: str
    sentence: str


def check(terms: Terms, measured: Mapping[str, Measured]) -> CheckpointResult:
    """Runs the checkpoint over what was measured."""
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("measures")
    definitions = []
    for name, agreements in terms.suites().items():
        suite = context.suites.add(ExpectationSuite(name))
        for agreement in agreements:
            if subjects := _subjects(agreement, agreements, measured[name]):
                suite.add_expectation(_expectation(agreement, subjects, terms, measured[name]))
        asset = source.add_parquet_asset(name, path=measured[name].path)
        assert asset
        batch = asset.add_batch_definition("all")
        definition = gx.ValidationDefinition(name=name, data=batch, suite=suite)
        definitions.append(context.validation_definitions.add(definition))
    checkpoint = gx.Checkpoint(
        name=CHECKPOINT, validation_definitions=definitions, result_format=RESULT_FORMAT
    )
    return _plain(context.checkpoints.add(checkpoint).run())


def _plain(result: CheckpointResult) -> CheckpointResult:
    """Numbers as Python's own, not numpy's, so that the pages can show them."""
    for validation in result.run_results.values():
        for each in validation.results:
            if isinstance(value := each.result.get("observed_value"), float):
                each.result["observed_value"] = float(value)
    return result


def subjects_without_data(terms: Terms, measured: Mapping[str, Measured]) -> list[str]:
    """Subjects with too little data to validate: their silence means nothing."""
    found = []
    for name, agreements in terms.suites().items():
        known = measured[name].subjects
        named = {each.subject: False for each in agreements if each.subject}
        if any(each.expectation == "like_reference" for each in agreements):
            known = {**known, "reference": bool(measured[name].reference)}
        found += [f"{name}: {each}" for each, enough in {**named, **known}.items() if not enough]
    return found


def _subjects(agreement: Agreement, agreements: list[Agreement], measured: Measured) -> list[str]:
    """Its subject, or all subjects that no other agreement of the suite names."""
    named = {each.subject for each in agreements}
    wanted = {agreement.subject} if agreement.subject else set(measured.subjects) - named
    if agreement.expectation == "like_reference" and not measured.reference:
        return []
    return [each for each, is_enough in measured.subjects.items() if each in wanted and is_enough]


def _expectation(
    agreement: Agreement, subjects: list[str], terms: Terms, measured: Measured
) -> Expectation:
    usual: dict[str, Any] = {
        "column": "value",
        "row_condition": Column("subject").is_in(subjects),
        "severity": SEVERITIES[agreement.severity],
        "description": f"{agreement.severity}: {_where(agreement)}: {agreed(agreement)}",
        "meta": vars(agreement),
    }
    if agreement.expectation == "one_of":
        words = list(terms.words[agreement.limit_value])
        return gxe.ExpectColumnValuesToBeInSet(value_set=words, **usual)
    if agreement.expectation == "at_least":
        return gxe.ExpectColumnValuesToBeBetween(min_value=agreement.limit, **usual)
    if agreement.expectation == "at_most":
        return gxe.ExpectColumnValuesToBeBetween(max_value=agreement.limit, **usual)
    return gxe.ExpectColumnKLDivergenceToBeLessThan(
        partition_object={
            "values": list(measured.reference),
            "weights": list(measured.reference.values()),
        },
        threshold=agreement.limit,
        tail_weight_holdout=0.001,
        **usual,
    )


def _where(agreement: Agreement) -> str:
    return f"{agreement.meaning} ({agreement.subject})" if agreement.subject else agreement.meaning


def agreed(agreement: Agreement) -> str:
    """The limit in words."""
    if agreement.expectation == "one_of":
        return f"one of the words in seeds/{agreement.limit_value.replace('.', '.csv, column ')}"
    words = {"at_most": "at most", "at_least": "at least"}
    start = words.get(agreement.expectation, "a divergence below")
    return f"{start} {_number(agreement, agreement.limit)}"


def _number(agreement: Agreement, value: float) -> str:
    """A share as a percentage, anything else as it is."""
    is_share = agreement.expectation in ("at_most", "at_least") and 0 < agreement.limit < 1
    return f"{value:.1%}" if is_share else f"{value:.4g}"


def faults(result: CheckpointResult) -> list[Fault]:
    """The most severe fault of each subject."""
    worst: dict[tuple[str, str], Fault] = {}
    for validation in result.run_results.values():
        for each in validation.results:
            if not each.success:
                for fault in _faults(each):
                    known = worst.get((fault.suite, fault.subject))
                    if known is None or fault.severity == "error":
                        worst[fault.suite, fault.subject] = fault
    return sorted(worst.values(), key=lambda each: (each.severity, each.suite, each.subject))


def _faults(result: ExpectationValidationResult) -> Iterator[Fault]:
    assert result.expectation_config
    agreement = Agreement(**result.expectation_config.meta)
    if rows := result.result.get("unexpected_index_list"):
        for row in rows:
            yield _fault(agreement, **row)
    elif (value := result.result.get("observed_value")) is not None:
        yield _fault(agreement, agreement.subject, value)
    else:
        sentence = f"{LIMIT} {agreement.meaning}: it could not be checked, so it counts as broken."
        yield Fault("error", agreement.suite, agreement.subject, sentence)


def _fault(
    agreement: Agreement,
    subject: str,
    value: Any,
    owner_team: str | None = None,
    row_count: int | None = None,
) -> Fault:
    seen = _number(agreement, value) if isinstance(value, float) else f"'{value}'"
    among = f" (of {int(row_count):,})" if row_count else ""
    owner = (agreement.owner_team or owner_team or "").replace("_", " ")
    sentence = (
        f"{LIMIT} {agreement.meaning}: {subject} has {seen}{among}, agreed is {agreed(agreement)}."
        f" Owner: {owner}. {agreement.next_step}."
    )
    return Fault(agreement.severity, agreement.suite, subject, sentence)
