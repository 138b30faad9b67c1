"""Which rows of the source tables and of the models belong to one person, account or deal.

Rows that share an id, an address or a key of a model are of one group. What happens to a row may
change its own group, and nothing else."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import duckdb

from funnel.demo.schema import columns
from tests.python.dirt.company import ROW, raw_tables

COMPARED = {
    f"intermediate.int_{entity}_rows_checked": entity
    for entity in (
        *("people", "person_links", "companies", "touches", "stage_claims", "attribute_changes"),
        *("opportunities", "opportunity_people", "opportunity_changes", "subscriptions"),
        *("payments", "service_events", "ad_spend", "users"),
    )
} | {
    f"marts.{name}": name
    for name in (
        *("fct_lifecycle", "fct_journeys", "dim_opportunities", "dim_persons", "dim_accounts"),
        *("fct_opportunity_changes", "fct_mrr_movements", "fct_payments"),
    )
}
"""The tables that are compared row by row."""
LINKING = (
    *("intermediate.int_record_persons_mapped", "intermediate.int_person_accounts_matched"),
    "intermediate.int_company_accounts_mapped",
)
KEYS = {
    **dict.fromkeys(("record_key", "other_record_key"), "record"),
    **dict.fromkeys(
        (*("company_key", "parent_company_key", "crm_company_key"), "merged_into_company_key"),
        "company",
    ),
    **dict.fromkeys(
        ("opportunity_key", "counted_opportunity_key", "other_opportunity_key"), "opportunity"
    ),
    **dict.fromkeys(
        ("account_key", "parent_account_key", "ultimate_parent_account_key"), "account"
    ),
    **{
        f"{name}_key": name
        for name in ("person", "journey", "payment", "subscription", "touch", "event", "spend")
    },
}
"""Columns of the models that say whose a row is."""
HUBSPOT = {
    **dict.fromkeys(("contact_id", "canonical_vid", "vid_to_merge", "contact.id"), "contact"),
    **dict.fromkeys(("company_id", "property_associatedcompanyid", "company.id"), "company"),
    **dict.fromkeys(("deal_id", "merged_deal_id"), "deal"),
    **dict.fromkeys(("engagement_id", "engagement.id"), "engagement"),
    **dict.fromkeys(("email_event.id", "email_event_click.id"), "email_event"),
    "property_hs_salesforceopportunityid": "salesforce",
}
SALESFORCE = (
    *("id", "lead_id", "contact_id", "account_id", "opportunity_id", "who_id", "what_id"),
    *("converted_contact_id", "converted_account_id", "converted_opportunity_id"),
    *("lead_or_contact_id", "parent_id", "master_record_id"),
)
STRIPE = (
    *("id", "customer_id", "invoice_id", "charge_id", "subscription_id", "subscription_item_id"),
)
ZENDESK = {
    **dict.fromkeys(("ticket.id", "ticket_id"), "ticket"),
    **dict.fromkeys(("organization.id", "organization_id"), "organization"),
    **dict.fromkeys(("user.id", "requester_id"), "user"),
}
# Tables that say what labels, prices or campaigns mean: a row of them belongs to no record.
LOOKUPS = {
    *("hubspot.deal_pipeline", "hubspot.deal_pipeline_stage", "hubspot.email_campaign"),
    *("hubspot.form", "hubspot.owner", "hubspot.owner_team", "hubspot.property"),
    *("hubspot.property_option", "hubspot.team", "salesforce.campaign", "salesforce.lead_status"),
    *("salesforce.opportunity_stage", "salesforce.user", "salesforce.user_role", "stripe.coupon"),
    *("stripe.plan", "stripe.price", "stripe.product", "zendesk.brand"),
    *("google_ads.account_history", "google_ads.campaign_history"),
    *("linkedin_ads.account_history", "linkedin_ads.campaign_history"),
    *("facebook_ads.account_history", "facebook_ads.ad_history", "facebook_ads.campaign_history"),
}
Node = Hashable


class Groups:
    """Sets of rows and keys that belong together."""

    def __init__(self) -> None:
        self._parents: dict[Node, Node] = {}

    def __contains__(self, node: Node) -> bool:
        return node in self._parents

    def of(self, node: Node) -> Node:
        self._parents.setdefault(node, node)
        root = node
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[node] != root:
            self._parents[node], node = root, self._parents[node]
        return root

    def join(self, nodes: Iterable[Node]) -> None:
        first, *others = [self.of(node) for node in nodes] or [None]
        for other in others:
            self._parents[self.of(other)] = self.of(first)


def id_kind(table: str, column: str) -> str | None:
    """The kind of record whose id stands in a column of a source table."""
    system, name = table.split(".")
    if column.endswith(("email", "emails")) or column == "recipient":
        return "address"
    if system == "hubspot":
        return HUBSPOT.get(f"{name}.{column}", HUBSPOT.get(column))
    if system == "salesforce" and column in SALESFORCE:
        return "salesforce"
    if system == "stripe" and column in STRIPE:
        return "stripe"
    if system == "zendesk":
        return ZENDESK.get(f"{name}.{column}", ZENDESK.get(column))
    return None


def group_records(connection: duckdb.DuckDBPyConnection) -> Groups:
    """Of the unspoilt company."""
    groups = Groups()
    for table in raw_tables(connection):
        if table not in LOOKUPS:
            _join_raw_rows(connection, table, groups)
    for name in (*COMPARED, *LINKING):
        names, rows = fetch(connection, f"from {name}")
        for row in rows:
            groups.join(keys_of(names, row))
    return groups


def _join_raw_rows(connection: duckdb.DuckDBPyConnection, table: str, groups: Groups) -> None:
    kinds = {name: kind for name in columns(table) if (kind := id_kind(table, name))}
    chosen = ", ".join(f'"{name}"' for name in (ROW, *kinds))
    for number, *values in connection.execute(f"select {chosen} from {table}").fetchall():
        nodes: list[Node] = [("row", table, int(number))]
        for (name, kind), value in zip(kinds.items(), values, strict=True):
            if value is not None:
                text = plain_id(value)
                nodes.append((kind, text))
                is_own = name == "id" or name in (f"{table.split('.')[1]}_id", "engagement_id")
                if is_own:
                    nodes.append(("source", table, text))
        groups.join(nodes)


def plain_id(value: object) -> str:
    text = str(value).strip().lower()
    return text[:-2] if text.endswith(".0") else text


def keys_of(names: Sequence[str], row: Sequence[object]) -> list[Node]:
    """What a row of a model says about whose it is."""
    values = dict(zip(names, row, strict=True))
    found: list[Node] = [
        (KEYS[name], value) for name, value in values.items() if name in KEYS and value is not None
    ]
    if values.get("source_table") and values["source_key"] is not None:
        table = f"{values['system']}.{str(values['source_table']).split('.')[0]}"
        found.append(("source", table, plain_id(values["source_key"])))
    return found


def fetch(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> tuple[list[str], list[tuple[object, ...]]]:
    cursor = connection.execute(sql)
    return [name for name, *_ in cursor.description or ()], cursor.fetchall()


def sizes(groups: Groups, nodes: Iterable[Node]) -> dict[Node, int]:
    found: dict[Node, int] = defaultdict(int)
    for node in nodes:
        found[groups.of(node)] += 1
    return dict(found)
