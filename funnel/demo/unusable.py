"""Lands a few rows of every kind that no model can use; none of them is part of the truth.

Exact copies of good rows are landed beside their originals (see `Lander.land`).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from funnel.demo import text as t
from funnel.demo.clock import I64, happens, seconds
from funnel.demo.hubspot_sales import deal_id
from funnel.demo.reference import FORMS, HUBSPOT_DEAL_BASE, PORTAL
from funnel.demo.salesforce_people import lead_id, opportunity_id
from funnel.demo.scene import Scene

LANDED = seconds("2024-02-01")
FAR, LONG_AGO = seconds("2099-01-01"), seconds("1970-01-01")
NOBODY = 999_999_999
PROBE = 999_000_000
NO_TEXT = pa.array([None], pa.string())
NO_NUMBER = np.array([-1])


def _at(moment: int = LANDED) -> I64:
    return np.array([moment])


def _one(text: str) -> t.Text:
    return pa.array([text], pa.string())


def _submission(contact: I64, name: str, at: int = LANDED) -> dict[str, object]:
    return {
        "contact_id": contact,
        "form_id": FORMS[0][0],
        "conversion_id": _one(f"conversion-{name}"),
        "page_id": 201,
        "page_url": FORMS[0][2],
        "portal_id": PORTAL,
        "title": FORMS[0][1],
        "timestamp": _at(at),
    }


def _land_null_keys(scene: Scene) -> None:
    """Rows without the key they are known by."""
    lander, at = scene.lander, _at()
    contact = {"id": NO_NUMBER, "property_firstname": "Nobody", "property_createdate": at}
    lander.land("hubspot.contact", at, contact)
    deal = {"deal_id": NO_NUMBER, "property_dealname": "No key", "property_createdate": at}
    lander.land("hubspot.deal", at, deal)
    lead = {"id": NO_TEXT, "last_name": "Nobody", "is_deleted": False, "created_date": at}
    lander.land("salesforce.lead", at, lead)
    opportunity = {"id": NO_TEXT, "name": "No key", "is_deleted": False, "created_date": at}
    lander.land("salesforce.opportunity", at, opportunity)
    lander.land("stripe.customer", at, {"id": NO_TEXT, "livemode": True, "created": at})
    lander.land("zendesk.ticket", at, {"id": NO_NUMBER, "subject": "No key", "created_at": at})


def _land_impossible_dates(scene: Scene) -> None:
    """Submissions of a real person at times that cannot be."""
    born = np.where(happens(scene.in_hubspot), scene.in_hubspot, FAR)
    human = np.array([int(np.argmin(born))])
    at = np.maximum(_at(), scene.in_hubspot[human])
    contact = scene.ids.contact(human)
    for name, moment in (("far", FAR), ("long-ago", LONG_AGO)):
        values = _submission(contact, name, moment)
        scene.lander.land("hubspot.contact_form_submission", at, values)


def _land_orphans(scene: Scene) -> None:
    """A submission, a call and a contact of a deal whose person does not exist."""
    lander, at = scene.lander, _at()
    submission = _submission(np.array([NOBODY]), "nobody")
    lander.land("hubspot.contact_form_submission", at, submission)
    call = {"id": _one("00T999999999999EAA"), "who_id": "00Q999999999999EAA", "subject": "Call"}
    call |= {"task_subtype": "Call", "type": "Call", "status": "Completed", "is_closed": True}
    times = {"completed_date_time": at, "created_date": at, "last_modified_date": at}
    lander.land("salesforce.task", at, call | times | {"is_deleted": False})
    deals = scene.world.deals
    rows = np.flatnonzero(~deals.in_salesforce & happens(deals.created))[:1].astype(np.int64)
    link = {"deal_id": deal_id(scene, rows), "contact_id": NOBODY, "type_id": 21}
    lander.land("hubspot.deal_contact", deals.created[rows], link | {"category": "USER_DEFINED"})


def _land_unknown_currency(scene: Scene) -> None:
    """Deals in a currency that does not exist."""
    lander, at = scene.lander, _at()
    deal = {
        "deal_id": HUBSPOT_DEAL_BASE + np.array([PROBE]),
        "is_deleted": False,
        "_fivetran_deleted": False,
        "deal_pipeline_id": "default",
        "deal_pipeline_stage_id": "closedwon",
        "property_dealname": "Strange money",
        "property_dealtype": "newbusiness",
        "property_amount": 1_000.0,
        "property_deal_currency_code": "XXX",
        "property_closedate": at,
        "property_createdate": at,
    }
    lander.land("hubspot.deal", at, deal)
    opportunity = {
        "id": opportunity_id(scene, np.array([PROBE])),
        "is_deleted": False,
        "name": "Strange money",
        "type": "New Business",
        "stage_name": "Closed Won",
        "amount": 1_000.0,
        "currency_iso_code": "XXX",
        "is_closed": True,
        "is_won": True,
        "close_date": at,
        "created_date": at,
    }
    lander.land("salesforce.opportunity", at, opportunity)


def _land_unknown_labels(scene: Scene) -> None:
    """Labels and statuses nobody ever defined."""
    created = np.where(happens(scene.in_hubspot), scene.in_hubspot, FAR)
    human = np.array([int(np.argmin(created))])
    at = np.maximum(_at(), created[human])
    label = {"contact_id": scene.ids.contact(human), "name": "lifecyclestage"}
    label |= {"source": "API", "value": "mqls_v2", "timestamp": at}
    scene.lander.land("hubspot.contact_property_history", at, label)
    leads = np.flatnonzero(happens(scene.world.lead_created))[:1].astype(np.int64)
    at = scene.world.lead_created[leads] + 600
    status = {"id": t.sales_id("017", leads * 0 + PROBE), "lead_id": lead_id(scene, leads)}
    status |= {"field": "Status", "old_value": "Open - Not Contacted", "new_value": "Foo"}
    scene.lander.land("salesforce.lead_history", at, status | {"created_date": at})


def land_unusable(scene: Scene) -> None:
    """One row or two of each kind."""
    _land_null_keys(scene)
    _land_impossible_dates(scene)
    _land_orphans(scene)
    _land_unknown_currency(scene)
    _land_unknown_labels(scene)
