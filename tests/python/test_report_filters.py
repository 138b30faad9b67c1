"""The filters of the report show what the marts have of a market, a segment and a period, counted
here from the facts and not from the tables that the page reads."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from funnel.report import words
from tests.python.browser import browser, opened
from tests.python.conftest import Built, query

# The last quarter and month of the demo company that are over.
CLOSED = "document.querySelectorAll('details').forEach((each) => { each.open = false; })"
QUARTER = "between date '2026-04-01' and date '2026-06-30'"


@pytest.fixture(scope="module")
def tab(page: Path) -> Iterator[Any]:
    with browser() as chromium, opened(chromium, page) as (tab, wrong):
        yield tab
        assert wrong == []


def choose(tab: Any, **choices: str) -> None:
    """What is not chosen is everything."""
    for name in ("funnel", "segment", "period"):
        tab.locator(f"#filters select[name={name}]").select_option(choices.get(name, "all"))


def cells(tab: Any, card: str, key: str) -> list[str]:
    """The row of a table with this key."""
    row = tab.locator(f"#{card} tr[data-key='{key}']").first
    return [text.strip() for text in row.locator("td").all_text_contents()]


def test_the_funnel_is_that_of_the_market_the_segment_and_the_quarter(
    built: Built, tab: Any
) -> None:
    choose(tab, funnel="mid_market", segment="Retail", period="quarter")
    [(qualified, bypassed)] = query(
        built.database,
        "select count(*) filter (qualification = 'qualified' and cast(coalesce(qualified_at,"
        f" entered_at) as date) {QUARTER}), count(*) filter (qualification = 'bypass' and"
        f" cast(entered_at as date) {QUARTER})"
        " from marts.fct_lifecycle left join marts.dim_accounts using (account_key)"
        " where stage = 'mql' and stage_entry_number = 1 and fct_lifecycle.funnel = 'mid_market'"
        " and industry = 'Retail'",
    )
    _, shown, bypasses, *estimates = cells(tab, "funnel", "mql")
    assert (shown, bypasses) == (str(qualified), str(bypassed))
    assert qualified > 0
    # An estimate exists for a market or for a segment, a share without bypasses for neither.
    assert estimates == [words.NOTHING] * 4
    choose(tab, segment="Retail")
    [(rate,)] = query(
        built.database,
        "select estimated_rate from marts.conversion_estimates_by_slice where slice_name ="
        " 'segment' and slice_value = 'Retail' and step = 'mql_to_sal' and horizon_days is null",
    )
    assert cells(tab, "funnel", "mql")[4] == words.percent(rate, 1)


def test_markets_add_up_to_the_whole_company(built: Built, tab: Any) -> None:
    """Of each sum that a filter shows: the funnel, handoffs, losses, worklists."""
    markets = query(built.database, "select distinct funnel from marts.stage_volumes_by_period")
    for card, key in (("funnel", "lead"), ("handoffs", "mql_to_sal"), ("waiting", "lead")):
        choose(tab)
        whole = cells(tab, card, key)[0]
        parts = 0
        for (market,) in markets:
            choose(tab, funnel=market)
            parts += int(cells(tab, card, key)[0].replace(",", ""))
        assert parts == int(whole.replace(",", "")) > 0, card


def test_open_pipeline_and_recurring_revenue_are_those_of_the_market(
    built: Built, tab: Any
) -> None:
    choose(tab, funnel="smb", segment="Media")
    [(number,)] = query(
        built.database,
        "select count(*) from marts.dim_opportunities where outcome = 'open'"
        " and funnel = 'smb' and segment = 'Media'",
    )
    shown = [cells(tab, "pipeline", key) for key in ("commit", "best_case", "pipeline")]
    assert sum(int(count) for count, _ in shown) == number
    assert number > 0
    choose(tab, funnel="smb")
    [(mrr,)] = query(
        built.database,
        "select sum(closing_amount) from marts.fct_mrr_movements inner join marts.dim_accounts"
        " using (account_key) where movement_month = date '2026-06-01' and funnel = 'smb'",
    )
    # The closing amount; the customers who left and who stay follow.
    assert cells(tab, "mrr", "2026-06-01")[-3] == words.amount(mrr)


def test_handoffs_are_those_of_the_period(built: Built, tab: Any) -> None:
    choose(tab, period="month")
    rows = query(
        built.database,
        "select handoff_result, count(*), count(*) filter (answer_days <= time_limit_days"
        " and answered_at is not null) from marts.handoffs where step = 'mql_to_sal'"
        " and cast(handed_over_at as date) between date '2026-06-01' and date '2026-06-30'"
        " group by handoff_result",
    )
    everyone = sum(count for _, count, _ in rows)
    counts = {result: count for result, count, _ in rows}
    shown, in_time, accepted, *_ = cells(tab, "handoffs", "mql_to_sal")
    assert shown == str(everyone)
    # Who still has time is in neither part of the share.
    due = everyone - counts.get("waiting", 0)
    assert in_time == words.percent(sum(answered for *_, answered in rows) / due)
    assert accepted == words.percent(counts["accepted_in_time"] / everyone)


def test_the_review_the_trends_and_the_worklists_follow_the_market(built: Built, tab: Any) -> None:
    choose(tab, funnel="enterprise", period="quarter")
    caption = tab.locator("#review .panel:not([hidden]) caption").inner_text()
    assert " ".join(caption.split()) == "Enterprise, quarter April to June 2026"
    [(leads,)] = query(
        built.database,
        "select count(*) from marts.fct_lifecycle where stage = 'lead' and is_qualified"
        " and stage_entry_number = 1 and date_trunc('month', qualified_at) = date '2026-06-01'"
        " and funnel = 'enterprise'",
    )
    assert cells(tab, "trend-leads", "2026-06-01")[1] == str(leads)
    tab.locator("#worklists select").select_option("open_leads")
    shown = tab.locator("#worklists .panel:not([hidden]) tbody tr:visible")
    wanted = query(
        built.database,
        "select system, record_id, record_url from marts.worklists where list_name = 'open_leads'"
        " and funnel = 'enterprise' and not is_aged_out order by rank_number limit 10",
    )
    links = shown.locator("td a").evaluate_all("(all) => all.map((a) => a.href)")
    assert links == [url for *_, url in wanted]
    assert links


def test_a_card_says_what_it_is_not_split_by_and_everything_comes_back(tab: Any) -> None:
    choose(tab)
    tab.locator("#worklists select").select_option("late_handoffs")
    tab.evaluate(CLOSED)
    before = tab.locator("main").inner_text()
    choose(tab, funnel="smb", segment="Food", period="week")
    assert "Not split by market, segment, period" in tab.locator("#channels").inner_text()
    assert "Not split by segment, period" in tab.locator("#bottlenecks").inner_text()
    assert tab.locator("#mrr figure").is_hidden()
    tab.locator("#filters button").click()
    tab.wait_for_timeout(50)
    tab.evaluate(CLOSED)
    assert tab.locator("main").inner_text() == before


def test_a_filter_is_used_by_keyboard_and_read_aloud(tab: Any) -> None:
    choose(tab)
    assert tab.get_by_role("combobox", name=re.compile("^Market")).first.is_visible()
    tab.locator("#filters select[name=period]").focus()
    tab.keyboard.press("ArrowDown")
    assert tab.locator("#handoffs .filtered").inner_text().startswith("Table: Last week.")
