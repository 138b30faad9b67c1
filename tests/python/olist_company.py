"""A small company in the columns of Olist's published files, with what is odd about those."""

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

LEADS = "raw/olist_marketing_qualified_leads_dataset.csv"
DEALS = "raw/olist_closed_deals_dataset.csv"
SELLERS = "raw/olist_sellers_dataset.csv"
ITEMS = "sample_orders/olist_order_items_dataset.csv"
ORDERS = "sample_orders/olist_orders_dataset.csv"
ORIGINS = ("organic_search", "paid_search", "social", "email", "unknown", "")
STATUSES = ("delivered", "shipped", "canceled", "unavailable")
Row = dict[str, object]


def write_company(folder: Path, seed: int = 3, leads: int = 600, wins: int = 90) -> Path:
    """Leads of a year; some are won, one of them before its first contact, and then sell."""
    random = Random(seed)
    lead_rows = [_lead(random, number) for number in range(leads)]
    deals = [_deal(random, number, lead_rows[number]) for number in range(wins)]
    orders = [_order(random, number) for number in range(20 * wins)]
    # Not every seller who was won has orders, and others sell, too.
    sellers: list[Row] = [{"seller_id": f"seller{number}"} for number in range(5, wins + 20)]
    items = [_item(random, number, order, sellers) for number, order in enumerate(orders)]
    files = {LEADS: lead_rows, DEALS: deals, SELLERS: sellers, ORDERS: orders, ITEMS: items}
    for name, rows in files.items():
        _write(folder / name, rows)
    return folder


def _lead(random: Random, number: int) -> Row:
    day = datetime(2017, 6, 14) + timedelta(random.randrange(350))
    origin = ORIGINS[number] if number < len(ORIGINS) else random.choice(ORIGINS)
    return {
        "mql_id": f"lead{number}",
        "first_contact_date": f"{day:%Y-%m-%d}",
        "landing_page_id": f"page{random.randrange(9)}",
        "origin": origin,
    }


def _deal(random: Random, number: int, lead: Row) -> Row:
    contact = datetime.fromisoformat(str(lead["first_contact_date"]))
    wait = timedelta(-3 if number == 0 else random.randrange(1, 120), random.randrange(80_000))
    return {
        "mql_id": lead["mql_id"],
        "seller_id": f"seller{number}",
        "sdr_id": f"sdr{random.randrange(6)}",
        "sr_id": f"rep{random.randrange(4)}",
        "won_date": contact + wait,
        "business_segment": random.choice(("pet", "audio", "")),
    }


def _order(random: Random, number: int) -> Row:
    bought = datetime(2017, 9, 1) + timedelta(random.randrange(420), random.randrange(86_400))
    return {
        "order_id": f"order{number}",
        "order_status": random.choice(STATUSES),
        "order_purchase_timestamp": bought,
    }


def _item(random: Random, number: int, order: Row, sellers: list[Row]) -> Row:
    return {
        "order_id": order["order_id"],
        "order_item_id": 1,
        "product_id": f"product{number % 50}",
        "seller_id": random.choice(sellers)["seller_id"],
        "price": f"{random.randrange(100, 90_000) / 100:.2f}",
    }


def _write(path: Path, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = list(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
