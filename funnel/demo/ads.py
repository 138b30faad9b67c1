"""Lands what was spent on ads: one account in each network, a few campaigns, a row a day."""

from __future__ import annotations

import numpy as np

from funnel.demo import text as t
from funnel.demo.clock import DAY, END, F64, I64, START, day_weights, when
from funnel.demo.drifts import at_work
from funnel.demo.landing import Lander

GOOGLE, LINKEDIN, FACEBOOK = 2_121_450_128, 507_515_057, 1_700_252_260_223_815
GOOGLE_NAMES = ("search_crm", "search_brand", "search_competitors")
LINKEDIN_NAMES = ("abm_leads", "thought_leadership")
FACEBOOK_NAMES = ("retargeting", "lookalike")
COST_PER_PERSON = 38.0
NETWORK_SHARE = (0.5, 0.35, 0.15)
USD_PER_EUR = 1.08
VERSIONS = 3


def _days(campaigns: int) -> tuple[I64, I64]:
    """Every campaign on every day."""
    count = (END - START) // DAY
    day = START + np.arange(count) * DAY
    return np.tile(np.arange(campaigns), count), np.repeat(day, campaigns)


def _spend(lander: Lander, name: str, people: int, share: float, campaigns: int) -> F64:
    """Follows the arrivals of people, with noise."""
    daily = np.repeat(day_weights(), campaigns) * people * COST_PER_PERSON * share / campaigns
    return daily * lander.rng("spend " + name).lognormal(0, 0.25, len(daily))


def _versions(campaigns: int) -> tuple[I64, I64]:
    """Each campaign is edited twice."""
    return np.tile(np.arange(campaigns), VERSIONS), np.repeat(
        START + np.arange(VERSIONS) * 200 * DAY, campaigns
    )


def _one(at: int = START) -> I64:
    return np.array([at])


def _land_google(lander: Lander, people: int) -> None:
    account = {"id": GOOGLE, "descriptive_name": "Northwind search", "currency_code": "USD"}
    account |= {"time_zone": "Etc/UTC", "auto_tagging_enabled": True, "_fivetran_active": True}
    lander.land("google_ads.account_history", _one(), account | {"updated_at": _one()})
    # Before it was corrected, with the time of the correction: they differ only in the flag.
    earlier = {"currency_code": "EUR", "updated_at": _one(), "_fivetran_active": False}
    lander.land("google_ads.account_history", _one(), account | earlier)
    index, at = _versions(len(GOOGLE_NAMES))
    following = at + 200 * DAY
    last = at == at.max()
    campaign = {
        "id": 9_935_249_000 + index,
        "customer_id": GOOGLE,
        "name": t.pick(GOOGLE_NAMES, index),
        "advertising_channel_type": "SEARCH",
        "advertising_channel_subtype": "UNSPECIFIED",
        "start_date": "2024-01-01",
        "end_date": "2037-12-30",
        "serving_status": "SERVING",
        "status": "ENABLED",
        "updated_at": at,
        "_fivetran_active": last | ~lander.by_now(following),
    }
    lander.land("google_ads.campaign_history", at, campaign)
    _land_google_stats(lander, people)


def _land_google_stats(lander: Lander, people: int) -> None:
    index, day = _days(len(GOOGLE_NAMES))
    spend = _spend(lander, "google", people, NETWORK_SHARE[0], len(GOOGLE_NAMES))
    clicks = (spend / 3.2).astype(np.int64)
    values = {
        "_fivetran_id": t.joined("g-", t.digits(index), "-", t.digits(day // DAY)),
        "customer_id": GOOGLE,
        "id": 9_935_249_000 + index,
        "date": day,
        "ad_network_type": "SEARCH",
        "device": "DESKTOP",
        "impressions": clicks * 28 + 40,
        "clicks": clicks,
        "cost_micros": (spend * 1_000_000).astype(np.int64) // 10_000 * 10_000,
        "conversions": np.round(clicks * 0.04, 2),
        "conversions_value": 0.0,
        "view_through_conversions": 0,
    }
    lander.land("google_ads.campaign_stats", day, values)


def _land_linkedin(lander: Lander, people: int) -> None:
    account = {"id": LINKEDIN, "name": "Northwind social", "currency": "USD", "version_tag": "1"}
    times = {"created_time": _one(), "last_modified_time": _one()}
    lander.land("linkedin_ads.account_history", _one(), account | times)
    index, at = _versions(len(LINKEDIN_NAMES))
    campaign = {
        "id": 148_633_000 + index,
        "account_id": LINKEDIN,
        "campaign_group_id": 600_268_686,
        "name": t.pick(LINKEDIN_NAMES, index),
        "status": "ACTIVE",
        "created_time": at * 0 + START,
        "last_modified_time": at,
        "version_tag": t.digits(1 + (at - START) // (200 * DAY)),
    }
    lander.land("linkedin_ads.campaign_history", at, campaign)
    index, day = _days(len(LINKEDIN_NAMES))
    spend = np.round(_spend(lander, "linkedin", people, NETWORK_SHARE[1], len(LINKEDIN_NAMES)), 2)
    clicks = (spend / 7.5).astype(np.int64)
    values = {
        "campaign_id": 148_633_000 + index,
        "day": day,
        "impressions": clicks * 90 + 100,
        "clicks": clicks,
        "cost_in_local_currency": spend,
        "cost_in_usd": spend,
        "conversion_value_in_local_currency": 0.0,
    }
    lands = when(~at_work(lander, "silent ads", day), day)
    lander.land("linkedin_ads.ad_analytics_by_campaign", lands, values)


def _land_facebook(lander: Lander, people: int) -> None:
    account = {"id": FACEBOOK, "name": "Northwind Europe", "currency": "EUR"}
    account |= {"account_status": "ACTIVE"}
    lander.land("facebook_ads.account_history", _one(), account | {"created_time": _one()})
    index, at = _versions(len(FACEBOOK_NAMES))
    name = t.pick(FACEBOOK_NAMES, index)
    shared = {"account_id": FACEBOOK, "name": name, "updated_time": at}
    campaign = {"id": 6_215_293_000 + index, "status": "ACTIVE", "created_time": at * 0 + START}
    lander.land("facebook_ads.campaign_history", at, shared | campaign)
    ad = {"id": 6_215_762_000 + index, "campaign_id": 6_215_293_000 + index}
    ad |= {"ad_set_id": 6_215_761_000 + index, "creative_id": 6_215_760_000 + index}
    lander.land("facebook_ads.ad_history", at, shared | ad)
    _land_facebook_stats(lander, people)


def _land_facebook_stats(lander: Lander, people: int) -> None:
    index, day = _days(len(FACEBOOK_NAMES))
    spend = _spend(lander, "facebook", people, NETWORK_SHARE[2], len(FACEBOOK_NAMES))
    clicks = (spend / 1.9).astype(np.int64)
    values = {
        "ad_id": 6_215_762_000 + index,
        "ad_name": t.pick(FACEBOOK_NAMES, index),
        "account_id": FACEBOOK,
        "date": day,
        "impressions": clicks * 60 + 50,
        "inline_link_clicks": clicks,
        "reach": clicks * 40 + 30,
        "spend": np.round(spend / USD_PER_EUR, 2),
    }
    lander.land("facebook_ads.basic_ad", day, values)


def land_ads(lander: Lander, people: int) -> None:
    """All three networks."""
    _land_google(lander, people)
    _land_linkedin(lander, people)
    _land_facebook(lander, people)
