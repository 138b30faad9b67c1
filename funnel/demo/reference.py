"""What exists once for the whole company: reps, forms, campaigns, pipelines, prices."""

from __future__ import annotations

from typing import Any

import numpy as np

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import DAY, I64, START, Flags
from funnel.demo.discounts import (
    LOYAL,
    LOYAL_PERCENT,
    NEGOTIATED,
    WELCOME,
    WELCOME_MONTHS,
    WELCOME_PERCENT,
)
from funnel.demo.landing import Lander
from funnel.demo.names import FIRST, HUBSPOT_OWNERS, LAST, REPS
from funnel.demo.picklists import land_picklists
from funnel.demo.prices import EDITIONS, RAISED_AT, list_price
from funnel.demo.working import AUTOMATION_USER, INTEGRATION_USER

PORTAL = 4_242_001
PRICE_NOTICE = 60 * DAY
"""So long before they hold, new prices are entered in Stripe."""
ENGAGEMENT_BASE = 20_000_000_000
HUBSPOT_DEAL_BASE = 7_000_000_000
SITE = "https://www.northwindcrm.com"
FORMS = (
    ("f0000001-demo", "Book a demo", f"{SITE}/demo"),
    ("f0000002-price", "Ask for a price", f"{SITE}/pricing"),
    ("f0000003-guide", "Download the guide", f"{SITE}/guide"),
    ("f0000004-webinar", "Join the webinar", f"{SITE}/webinar"),
)
HUBSPOT_STAGES = (
    ("appointmentscheduled", "Appointment scheduled", 0.2),
    ("qualifiedtobuy", "Qualified to buy", 0.4),
    ("presentationscheduled", "Presentation scheduled", 0.6),
    ("contractsent", "Contract sent", 0.9),
    ("closedwon", "Closed won", 1.0),
    ("closedlost", "Closed lost", 0.0),
)
SALESFORCE_STAGES = (
    ("Prospecting", "Pipeline", 10.0, "Pipeline"),
    ("Qualification", "Pipeline", 25.0, "Pipeline"),
    ("Proposal", "BestCase", 50.0, "Best Case"),
    ("Negotiation", "Forecast", 80.0, "Commit"),
    ("Closed Won", "Closed", 100.0, "Closed"),
    ("Closed Lost", "Omitted", 0.0, "Omitted"),
)
EVENTS = ("Spring summit", "Autumn summit", "Road show", "Partner day", "Webinar live", "Fair")
MAILS = 12
TEAMS = ("Small business", "Inbound", "Renewals")
ROLES = ("Head of sales", "Account executive", "Sales development")


def _times(count: int, at: int = START) -> I64:
    return np.full(count, at, dtype=np.int64)


def _column(rows: tuple[Any, ...], index: int) -> list[Any]:
    return [row[index] for row in rows]


def _text(values: list[Any]) -> t.Text:
    return t.pick(values, np.arange(len(values)))


def _person(offset: int, count: int) -> tuple[t.Text, t.Text, t.Text]:
    numbers = np.arange(count) + offset
    first, last = t.pick(FIRST, numbers % len(FIRST)), t.pick(LAST, numbers * 7 % len(LAST))
    return first, last, t.joined("rep", t.digits(numbers), "@northwindcrm.com")


def _land_owners(lander: Lander) -> None:
    first, last, email = _person(1, HUBSPOT_OWNERS)
    at, number = _times(HUBSPOT_OWNERS), np.arange(HUBSPOT_OWNERS)
    owner = {
        "owner_id": 70_001 + number,
        "active_user_id": 80_001 + number,
        "portal_id": PORTAL,
        "type": "PERSON",
        "email": email,
        "first_name": first,
        "last_name": last,
        "created_at": at,
        "updated_at": at,
    }
    lander.land("hubspot.owner", at, owner)
    team = {
        "owner_id": 70_001 + number,
        "team_id": 301 + number % len(TEAMS),
        "is_team_primary": True,
        "_fivetran_deleted": False,
    }
    lander.land("hubspot.owner_team", at, team)
    teams = {"id": np.arange(3) + 301, "name": _text(list(TEAMS)), "_fivetran_deleted": False}
    lander.land("hubspot.team", _times(3), teams)


def _land_hubspot(lander: Lander) -> None:
    at = _times(len(FORMS))
    form = {
        "guid": _text(_column(FORMS, 0)),
        "name": _text(_column(FORMS, 1)),
        "_fivetran_deleted": False,
        "action": "",
        "method": "POST",
        "form_type": "HUBSPOT",
        "portal_id": PORTAL,
        "submit_text": "Send",
        "created_at": at,
        "updated_at": at,
    }
    lander.land("hubspot.form", at, form)
    number = np.arange(MAILS)
    mail = {
        "id": 9_001 + number,
        "app_id": 113,
        "app_name": "Batch",
        "name": t.joined("Digest ", t.digits(number + 1)),
        "subject": t.joined("News, part ", t.digits(number + 1)),
        "type": "BATCH_EMAIL",
    }
    lander.land("hubspot.email_campaign", _times(MAILS), mail)


def _land_pipeline(lander: Lander) -> None:
    at, count = _times(len(HUBSPOT_STAGES)), len(HUBSPOT_STAGES)
    pipeline = {"pipeline_id": "default", "_fivetran_deleted": False, "active": True}
    pipeline |= {"display_order": 0, "label": "Sales pipeline"}
    times = {"created_at": at, "updated_at": at}
    lander.land(
        "hubspot.deal_pipeline", at[:1], {**pipeline, "created_at": at[:1], "updated_at": at[:1]}
    )
    stage = np.arange(count)
    stages = times | {
        "stage_id": _text(_column(HUBSPOT_STAGES, 0)),
        "pipeline_id": "default",
        "_fivetran_deleted": False,
        "active": True,
        "is_closed": stage >= 4,
        "display_order": stage,
        "label": _text(_column(HUBSPOT_STAGES, 1)),
        "probability": np.array(_column(HUBSPOT_STAGES, 2)),
    }
    lander.land("hubspot.deal_pipeline_stage", at, stages)


def _land_users(lander: Lander) -> None:
    roles = np.arange(len(ROLES))
    role = {
        "id": t.sales_id("00E", roles + 1),
        "_fivetran_deleted": False,
        "name": _text(list(ROLES)),
        "developer_name": _text([r.replace(" ", "_") for r in ROLES]),
        "parent_role_id": t.sales_id("00E", np.where(roles > 0, 1, -1)),
    }
    lander.land("salesforce.user_role", _times(len(ROLES)), role)
    first, last, email = _person(101, REPS)
    number = np.arange(REPS)
    user = {
        "id": t.sales_id("005", number + 1),
        "_fivetran_deleted": False,
        "name": t.joined(first, " ", last),
        "first_name": first,
        "last_name": last,
        "email": email,
        "username": email,
        "title": "Account executive",
        "is_active": True,
        "user_role_id": t.sales_id("00E", np.where(number == 0, 1, 2 + number % 2)),
        "manager_id": t.sales_id("005", np.where(number == 0, -1, 1)),
        "user_type": "Standard",
    }
    lander.land("salesforce.user", _times(REPS), user)
    machines = {
        "id": t.sales_id("005", np.array([AUTOMATION_USER, INTEGRATION_USER])),
        "_fivetran_deleted": False,
        "name": _text(["Automated Process", "Marketing sync"]),
        "is_active": True,
        "user_type": _text(["AutomatedProcess", "Standard"]),
    }
    lander.land("salesforce.user", _times(2), machines)


def _land_salesforce(lander: Lander) -> None:
    stage = np.arange(len(SALESFORCE_STAGES))
    label = _text(_column(SALESFORCE_STAGES, 0))
    stages = {
        "id": t.sales_id("01J", stage + 1),
        "master_label": label,
        "api_name": label,
        "sort_order": stage + 1,
        "is_active": True,
        "is_closed": stage >= 4,
        "is_won": stage == 4,
        "forecast_category": _text(_column(SALESFORCE_STAGES, 1)),
        "default_probability": np.array(_column(SALESFORCE_STAGES, 2)),
    }
    lander.land("salesforce.opportunity_stage", _times(len(stage)), stages)
    number = np.arange(len(EVENTS))
    campaign = {
        "id": t.sales_id("701", number + 1),
        "name": _text(list(EVENTS)),
        "type": "Event",
        "status": "In Progress",
        "is_active": True,
        "start_date": _times(len(EVENTS)),
        "actual_cost": 20_000.0 + 5_000 * number,
        "budgeted_cost": 25_000.0 + 5_000 * number,
        "is_deleted": False,
        "created_date": _times(len(EVENTS)),
    }
    lander.land("salesforce.campaign", _times(len(EVENTS)), campaign)


def _land_prices(lander: Lander) -> None:
    at = _times(1)
    for edition in EDITIONS:
        product = {"id": f"prod_{edition}", "name": f"Northwind CRM {edition}", "active": True}
        product |= {"type": "service", "livemode": True, "is_deleted": False}
        lander.land("stripe.product", at, product | {"created": at, "updated": at})
    for raised in (False, True):
        _land_list(lander, raised)


def _land_list(lander: Lander, raised: bool) -> None:
    """The prices before or after the rise: of each edition, by the month and by the year."""
    number = np.arange(8 * len(EDITIONS))
    edition, monthly, money = number // 8, number // 4 % 2, number % 4
    is_raised = np.full(len(number), raised)
    yearly = list_price(edition, money, is_raised) * s.MINOR_UNITS[money]
    unit = yearly // np.where(monthly == 1, 12, 1)
    at = np.full(len(number), RAISED_AT - PRICE_NOTICE) if raised else _times(len(number))
    name = t.pick([each.capitalize() for each in EDITIONS], edition)
    shared = {
        "id": price_id(money, monthly == 1, edition, is_raised),
        "product_id": t.joined("prod_", t.pick(EDITIONS, edition)),
        "active": True,
        "billing_scheme": "per_unit",
        "currency": t.pick([c.lower() for c in s.CURRENCIES], money),
        "nickname": t.joined(name, t.either(monthly == 1, ", monthly", ", yearly")),
        "livemode": True,
        "is_deleted": False,
        "created": at,
    }
    interval = t.either(monthly == 1, "month", "year")
    price = {"unit_amount": unit, "recurring_interval": interval, "recurring_interval_count": 1}
    lander.land("stripe.price", at, shared | price | {"type": "recurring"})
    plan = {"amount": unit, "interval": interval, "interval_count": 1, "usage_type": "licensed"}
    lander.land("stripe.plan", at, shared | plan)


def _land_coupons(lander: Lander) -> None:
    """One for the first months, the others for good."""
    percents = [WELCOME_PERCENT, LOYAL_PERCENT, *s.NEGOTIATED_PERCENT[1:]]
    count, welcome = len(percents), np.arange(len(percents)) == 0
    values = {
        "id": _text([WELCOME, LOYAL, *(f"{NEGOTIATED}{p}" for p in s.NEGOTIATED_PERCENT[1:])]),
        "name": _text(["First months", "Loyal customers", *["Negotiated"] * (count - 2)]),
        "percent_off": np.array(percents, dtype=np.float64),
        "duration": t.either(welcome, "repeating", "forever"),
        "duration_in_months": np.where(welcome, WELCOME_MONTHS, -1),
        "valid": True,
        "livemode": True,
        "created": _times(count),
    }
    lander.land("stripe.coupon", _times(count), values)


def price_id(money: I64, is_monthly: Any, edition: I64, is_raised: Flags) -> t.Text:
    """The price (and plan) of a seat of an edition in a currency."""
    interval = t.either(is_monthly, "month", "year")
    code = t.pick([c.lower() for c in s.CURRENCIES], money)
    kind = t.joined("price_", t.pick(EDITIONS, edition), "_", interval, "_", code)
    return t.joined(kind, t.either(is_raised, "_raised", ""))


def _land_zendesk(lander: Lander) -> None:
    brand = {"id": 36_001, "name": "Northwind", "active": True, "subdomain": "northwind"}
    lander.land("zendesk.brand", _times(1), brand | {"_fivetran_deleted": False})
    first, last, email = _person(201, 6)
    agent = {
        "id": 100 + np.arange(6),
        "name": t.joined(first, " ", last),
        "email": email,
        "role": "agent",
        "active": True,
        "verified": True,
        "suspended": False,
        "created_at": _times(6),
        "updated_at": _times(6),
    }
    lander.land("zendesk.user", _times(6), agent)


def land_reference(lander: Lander) -> None:
    """Everything that does not depend on people."""
    _land_owners(lander)
    _land_hubspot(lander)
    _land_pipeline(lander)
    land_picklists(lander)
    _land_users(lander)
    _land_salesforce(lander)
    _land_prices(lander)
    _land_coupons(lander)
    _land_zendesk(lander)
