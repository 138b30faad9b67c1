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
# What the owner of the sources does with a row.
DELETE, CLEAR = "delete", "put the company in place of the person"
# Every sign that address_letters reads as an @.
AT = "[@\uff20\ufe6b]"
# The columns of the shared shape that say who somebody is.
PERSONAL = ("record_id", "email", "phone", "company_name")
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

    # System, table, key, and what to do with the row.
    landed: set[tuple[str, str, str, str]] = field(default_factory=set)
    kept: list[tuple[str, str, Row]] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    # What the records say, ids and names included.
    texts: set[str] = field(default_factory=set)
    # Staging models that do not say whose all of their rows are.
    silent: list[str] = field(default_factory=list)


def collect_rows(warehouse: Warehouse, found: Found, listed: Listed, least: int) -> Collected:
    """Every landed row of the persons, and for those that counted an anonymous one."""
    collected, anonymizer = Collected(), Anonymizer(warehouse, found, least)
    for system, entity, name in warehouse.staged():
        if entity in OWNERS:
            collected.silent += _silence(warehouse, entity, name)
            rows = list(_their_rows(warehouse, system, entity, name, found))
            _note(collected, rows, system, listed, found)
            if entity == "people":
                collected.texts |= {text for row in rows for text in _texts(row)}
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
    there = warehouse.columns(name)
    owners = [column for column in OWNERS[entity] if column in there]
    conditions = [f"{column} in (select unnest($ids))" for column in owners] + ["$ids is null"]
    if entity in ADDRESSED and "row_json" in there:
        nobody = "record_id is null and" if "record_id" in there else ""
        conditions.append(f"({nobody} regexp_matches(row_json, '{AT}'))")
    for row in warehouse.dicts(
        f"select * from {{{name}}} where {' or '.join(conditions)}",
        {"ids": sorted(record_id for of, record_id in ids if of == system)},
    ):
        if entity == "attribute_changes":
            ids = set(found.companies) if row["entity"] == "companies" else people
        is_named = any((system, row[column]) in ids for column in owners)
        is_addressed = entity in ADDRESSED and row.get("record_id") is None
        if is_named or (is_addressed and addresses_in(row.get("row_json")) & found.addresses):
            yield row


def _silence(warehouse: Warehouse, entity: str, name: str) -> list[str]:
    """What cannot be found in a staging model of one's own, in a sentence, if anything."""
    there = warehouse.columns(name)
    if any(column in there for column in OWNERS[entity]):
        return []
    if entity in ADDRESSED and "row_json" in there:
        return []
    return [
        f"{name} has neither {' nor '.join(OWNERS[entity])} nor row_json: nobody can tell which of"
        " its rows are theirs. Look through its tables yourself."
    ]


def _note(
    collected: Collected, rows: Iterable[Row], system: str, listed: Listed, found: Found
) -> None:
    for row in rows:
        table = str(row["source_table"]).partition(".")[0]
        # The row of a customer is that of the company, too.
        is_company = (system, row.get("record_id")) in found.staying and "email" in row
        to_do = CLEAR if is_company else DELETE
        collected.landed.add((system, table, str(row["source_key"] or ""), to_do))
        collected.met |= addresses_in(row.get("row_json") or row.get("email")) & listed.addresses
        if (system, row.get("record_id")) in listed.records:
            collected.met.add(f"{system},{row['record_id']}")


def _texts(row: Row) -> Iterator[str]:
    """What a landed row says; without it, what the staging model has of it."""
    landed = json.loads(row.get("row_json") or "{}")
    for value in (landed or {name: row.get(name) for name in PERSONAL}).values():
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            yield str(value)


def _has_counted(row: Row, system: str, entity: str, found: Found) -> bool:
    """Whether the row may have counted: it is usable, and of a person of the last build."""
    known = {*found.records, *found.companies}
    return row["reason_code"] is None and any(
        (system, row.get(column)) in known for column in OWNERS[entity]
    )


def _primaries(
    warehouse: Warehouse, system: str, name: str, found: Found
) -> Iterator[tuple[str, str, Row]]:
    """The opportunities whose primary person is one of them, also once the source has no row that
    says so."""
    ids = [record_id for of, record_id in found.records if of == system]
    if "primary_record_id" not in warehouse.columns(name):
        return
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
