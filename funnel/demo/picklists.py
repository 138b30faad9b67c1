"""Lands what HubSpot and Salesforce offer: properties, the values of their lists, statuses."""

from __future__ import annotations

import numpy as np

from funnel.demo import text as t
from funnel.demo.clock import I64, NEVER, START
from funnel.demo.drifts import DRIFTS
from funnel.demo.landing import Lander

LIFECYCLE = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
)
HUBSPOT_STATUSES = ("NEW", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "RECYCLED")
SALESFORCE_STATUSES = (
    "Open - Not Contacted",
    "Working - Contacted",
    "Qualified",
    "Unqualified",
    "Recycled",
    "Working - Nurture",
)
CONTACTED, RENAMED = 1, 5
"""The status that an admin renames, and what it is called from then on."""
PROPERTIES = (
    ("lifecyclestage", "Lifecycle stage", "contact", "enumeration", "select"),
    ("hs_lead_status", "Lead status", "contact", "enumeration", "select"),
    ("hubspotscore", "HubSpot score", "contact", "number", "number"),
    ("dealtype", "Deal type", "deal", "enumeration", "select"),
)


def _times(count: int) -> I64:
    return np.full(count, START, dtype=np.int64)


def _column(index: int) -> t.Text:
    return t.pick([row[index] for row in PROPERTIES], np.arange(len(PROPERTIES)))


def _land_properties(lander: Lander) -> None:
    at = _times(len(PROPERTIES))
    values = {
        "_fivetran_id": t.joined("property-", _column(0)),
        "name": _column(0),
        "label": _column(1),
        "hubspot_object": _column(2),
        "type": _column(3),
        "field_type": _column(4),
        "hubspot_defined": True,
        "calculated": False,
        "created_at": at,
        "updated_at": at,
    }
    lander.land("hubspot.property", at, values)
    _land_options(lander, "lifecyclestage", LIFECYCLE)
    _land_options(lander, "hs_lead_status", HUBSPOT_STATUSES)


def _land_options(lander: Lander, name: str, options: tuple[str, ...]) -> None:
    order = np.arange(len(options))
    values = {
        "property_id": f"property-{name}",
        "label": t.pick([option.replace("_", " ").title() for option in options], order),
        "value": t.pick(options, order),
        "display_order": order,
        "hidden": False,
        "hubspot_object": "contact",
        "name": name,
    }
    lander.land("hubspot.property_option", _times(len(options)), values)


def _land_statuses(lander: Lander) -> None:
    order = np.arange(len(SALESFORCE_STATUSES))
    label = t.pick(SALESFORCE_STATUSES, order)
    values = {
        "id": t.sales_id("01J", 101 + order),
        "master_label": label,
        "api_name": label,
        "sort_order": order + 1,
        "is_default": order == 0,
        "is_converted": order == SALESFORCE_STATUSES.index("Qualified"),
    }
    renamed = NEVER if lander.is_quiet else DRIFTS["renamed status"].since
    since = np.where(order == RENAMED, renamed, START)
    vanished = np.where(order == CONTACTED, renamed, NEVER)
    lander.land("salesforce.lead_status", since, values, vanished=vanished)


def land_picklists(lander: Lander) -> None:
    """All lists that labels come from."""
    _land_properties(lander)
    _land_statuses(lander)
