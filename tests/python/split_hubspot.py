"""Splits the demo company's HubSpot in two, whose ids overlap, as after a merger."""

from pathlib import Path

import duckdb
import networkx

# The columns with the id of a contact, company, deal or engagement.
IDS = {
    "contact": {"id": "contact", "property_associatedcompanyid": "company"},
    "contact_form_submission": {"contact_id": "contact"},
    "contact_merge_audit": {
        "canonical_vid": "contact",
        "contact_id": "contact",
        "vid_to_merge": "contact",
    },
    "contact_property_history": {"contact_id": "contact"},
    "company": {"id": "company"},
    "company_property_history": {"company_id": "company"},
    "deal": {"deal_id": "deal"},
    "deal_stage": {"deal_id": "deal"},
    "deal_property_history": {"deal_id": "deal"},
    "deal_company": {"deal_id": "deal", "company_id": "company"},
    "deal_contact": {"deal_id": "deal", "contact_id": "contact"},
    "merged_deal": {"deal_id": "deal", "merged_deal_id": "deal"},
    "engagement": {"id": "engagement"},
    "engagement_call": {"engagement_id": "engagement"},
    "engagement_meeting": {"engagement_id": "engagement"},
    "engagement_contact": {"engagement_id": "engagement", "contact_id": "contact"},
    "engagement_deal": {"engagement_id": "engagement", "deal_id": "deal"},
}
# Lists of ids: each entry may have a time after a colon.
LISTS = {
    ("contact", "property_hs_calculated_merged_vids"): "contact",
    ("company", "property_hs_merged_object_ids"): "company",
}
# Where other systems name a record of HubSpot: these records stay in the first portal.
NAMED_ELSEWHERE = {
    "company": [
        "select json_extract_string(metadata, '$.hubspot_company_id') from stripe.customer",
        "select external_id from zendesk.organization",
    ],
}
Node = tuple[str, str]


def split_hubspot(database: Path, second: str) -> int:
    """Moves half of the groups of records that name each other to a schema of its own. There each
    id is one higher, as another record's of the first portal is. Returns the contacts moved."""
    with duckdb.connect(str(database)) as connection:
        moved = _records_to_move(connection)
        connection.execute(f"create schema {second}")
        connection.execute("create table moved (kind varchar, id varchar)")
        connection.executemany("insert into moved values (?, ?)", sorted(moved))
        # As the staging model finds it, while all contacts are in one place.
        connection.execute(
            "create table events_to_move as select touch_id as event_id"
            " from staging.stg_hubspot__touches semi join moved"
            " on moved.kind = 'contact' and record_id = moved.id where source_table = 'email_event'"
        )
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'hubspot'"
        ).fetchall()
        for (table,) in tables:
            _move_rows(connection, table, second)
        connection.execute("drop table moved")
        connection.execute("drop table events_to_move")
        found = connection.execute(f"select count(*) from {second}.contact").fetchone()
    return int(found[0]) if found else 0


def _records_to_move(connection: duckdb.DuckDBPyConnection) -> set[Node]:
    """Half of the groups of records that name each other, without those that other systems name."""
    graph: networkx.Graph = networkx.Graph()
    for table, columns in IDS.items():
        names = ", ".join(f"{name}::bigint::varchar" for name in columns)
        for row in connection.execute(f"select {names} from hubspot.{table}").fetchall():
            nodes = [(k, i) for k, i in zip(columns.values(), row, strict=True) if i]
            graph.add_nodes_from(nodes)
            networkx.add_path(graph, nodes)
    for (table, column), kind in LISTS.items():
        listed = f"select id::varchar, {column} from hubspot.{table} where {column} is not null"
        for record_id, entries in connection.execute(listed).fetchall():
            for entry in entries.split(";"):
                graph.add_edge((kind, record_id), (kind, entry.split(":")[0].strip()))
    named = {
        (kind, str(record_id))
        for kind, queries in NAMED_ELSEWHERE.items()
        for query in queries
        for (record_id,) in connection.execute(query).fetchall()
        if record_id
    }
    groups = sorted(map(sorted, networkx.connected_components(graph)))
    free = [group for group in groups if not named.intersection(group)]
    return {node for group in free[::2] for node in group}


def _move_rows(connection: duckdb.DuckDBPyConnection, table: str, second: str) -> None:
    """What describes no record (owners, stages, campaigns) is in both portals."""
    ids = IDS.get(table, {})
    if table == "email_event":
        _move_emails(connection, second)
        return
    if not ids:
        connection.execute(f"create table {second}.{table} as from hubspot.{table}")
        return
    name, kind = next(iter(ids.items()))
    moves = f"('{kind}', {name}::bigint::varchar) in (select (kind, id) from moved)"
    changes = [f"{column} + 1 as {column}" for column in ids]
    replaced = ", ".join(changes)
    connection.execute(
        f"create table {second}.{table} as select * replace ({replaced}) from hubspot.{table}"
        f" where {moves}"
    )
    for (of, column), _ in LISTS.items():
        if of == table:
            connection.execute(
                f"update {second}.{table} set {column} = list_aggregate(list_transform("
                f"string_split({column}, ';'), lambda entry:"
                " (split_part(entry, ':', 1)::bigint + 1)::varchar"
                " || regexp_extract(entry, ':.*$')), 'string_agg', ';')"
                f" where {column} is not null"
            )
    connection.execute(f"delete from hubspot.{table} where {moves}")


def _move_emails(connection: duckdb.DuckDBPyConnection, second: str) -> None:
    """An event names no contact but an address: it goes with the contact that was found by it."""
    moves = "id in (select event_id from events_to_move)"
    connection.execute(
        f"create table {second}.email_event as from hubspot.email_event where {moves}"
    )
    connection.execute(f"delete from hubspot.email_event where {moves}")
