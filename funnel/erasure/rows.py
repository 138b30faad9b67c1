"""The landed rows of the persons: which ones they are, and which leave an anonymous one."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from zoneinfo import ZoneInfo

from funnel.erasure.anonymous import Anonymizer, Row
from funnel.erasure.find import Found, Warehouse
from funnel.erasure.listed import Listed, addresses_in

# The columns that say whose a row is, for each entity whose rows can be a person's; as in the macro
# erasure_roles.
OWNERS = {
    "people": ("record_id",),
    "person_links": ("record_id", "other_record_id"),
    "touches": ("record_id",),
    "stage_claims": ("record_id",),
    "attribute_changes": ("record_id",),
    "opportunity_people": ("record_id",),
    "service_events": ("record_id",),
    "companies": ("company_record_id",),
}
# A row of these may name a person by an address alone.
# What may have an address and no record: a form that somebody filled in, a ticket by e-mail.
ADDRESSED = ("touches", "service_events")
# Touches whose rows the system has deleted without a trace: only the history has them.
GONE_TOUCHES = """
    select last_snapshots.*
    from (
        select
            *,
            cast('0x' || substr(md5(system || '|' || source_table || '|' || touch_id), 1, 15)
                as bigint) as touch_key,
            cast(null as varchar) as row_json
        from {history_erasable_touch_changes}
        qualify row_number() over (partition by row_key order by snapshot_number desc) = 1
    ) as last_snapshots
    inner join {int_erased_touches_selected} as gone
        on last_snapshots.touch_key = gone.touch_key
    where gone.record_key in (select unnest($keys))
"""


@dataclass
class Collected:
    """Rows to delete in the sources, anonymous ones to keep, and who of the list was met."""

    landed: set[tuple[str, str, str]] = field(default_factory=set)
    kept: list[tuple[str, str, Row]] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    # What the records say, ids and names included.
    texts: set[str] = field(default_factory=set)


def collect_rows(warehouse: Warehouse, found: Found, listed: Listed, least: int) -> Collected:
    """Every landed row of the persons, and for those that counted an anonymous one."""
    collected, anonymizer = Collected(), Anonymizer(warehouse, found, least)
    for system, entity, name in warehouse.staged():
        if entity in OWNERS:
            rows = list(_their_rows(warehouse, system, entity, name, found))
            _note(collected, rows, system, listed)
            if entity == "people":
                collected.texts |= {text for row in rows for text in _texts(row["row_json"])}
            counted = [row for row in rows if _has_counted(row, system, entity, found)]
            new = anonymizer.rows(system, entity, name, counted)
            collected.kept += [(entity, system, row) for row in new]
        elif entity == "opportunities":
            collected.kept += _primaries(warehouse, system, name, found)
    collected.kept += _gone_touches(warehouse, anonymizer)
    return collected


def _their_rows(
    warehouse: Warehouse, system: str, entity: str, name: str, found: Found
) -> Iterator[Row]:
    people = {*found.records, *found.others}
    ids = {*people, *found.companies} if entity == "attribute_changes" else people
    ids = set(found.companies) if entity == "companies" else ids
    conditions = [f"{column} in (select unnest($ids))" for column in OWNERS[entity]]
    if entity in ADDRESSED:
        conditions.append("(record_id is null and row_json like '%@%')")
    for row in warehouse.dicts(
        f"select * from {{{name}}} where {' or '.join(conditions)}",
        {"ids": sorted(record_id for of, record_id in ids if of == system)},
    ):
        if entity == "attribute_changes":
            ids = set(found.companies) if row["entity"] == "companies" else people
        is_named = any((system, row[column]) in ids for column in OWNERS[entity])
        is_addressed = entity in ADDRESSED and row["record_id"] is None
        if is_named or (is_addressed and addresses_in(row["row_json"]) & found.addresses):
            yield row


def _note(collected: Collected, rows: Iterable[Row], system: str, listed: Listed) -> None:
    for row in rows:
        table = str(row["source_table"]).partition(".")[0]
        collected.landed.add((system, table, str(row["source_key"] or "")))
        collected.met |= addresses_in(row["row_json"]) & listed.addresses
        if (system, row.get("record_id")) in listed.records:
            collected.met.add(f"{system},{row['record_id']}")


def _texts(row_json: str | None) -> Iterator[str]:
    for value in json.loads(row_json or "{}").values():
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            yield str(value)


def _has_counted(row: Row, system: str, entity: str, found: Found) -> bool:
    """Whether the row may have counted: it is usable, and of a person of the last build."""
    known = {*found.records, *found.companies}
    return row["reason_code"] is None and any(
        (system, row[column]) in known for column in OWNERS[entity]
    )


def _primaries(
    warehouse: Warehouse, system: str, name: str, found: Found
) -> Iterator[tuple[str, str, Row]]:
    """The opportunities whose primary person is one of them, also once the source has no row that
    says so."""
    ids = [record_id for of, record_id in found.records if of == system]
    for row in warehouse.dicts(
        f"select opportunity_id, primary_record_id from {{{name}}}"
        " where primary_record_id in (select unnest($ids))",
        {"ids": ids},
    ):
        person = found.records[system, str(row["primary_record_id"])]
        yield "opportunities", system, {**row, "primary_record_id": person}


def _gone_touches(warehouse: Warehouse, anonymizer: Anonymizer) -> Iterator[tuple[str, str, Row]]:
    rows = warehouse.dicts(GONE_TOUCHES, {"keys": sorted(anonymizer.found.keys)})
    zone = ZoneInfo(warehouse.setting("time_zone", "UTC"))
    for row in rows:
        # The history has the business's time; staging models have UTC.
        if row["occurred_at"] is not None:
            moment = row["occurred_at"].replace(tzinfo=zone)
            row["occurred_at"] = moment.astimezone(UTC).replace(tzinfo=None)
    for system in sorted({str(row["system"]) for row in rows}):
        own = [row for row in rows if row["system"] == system]
        name = "history_erasable_touch_changes"
        for row in anonymizer.rows(system, "touches", name, own):
            yield "touches", system, row
