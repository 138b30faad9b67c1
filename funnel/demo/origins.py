"""Draws what each system will say about where a human came from, before anything lands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funnel.demo import settings as s
from funnel.demo import text as t
from funnel.demo.clock import I64, NEVER, Flags, never
from funnel.demo.touches import CLICK, FORM, Touches, stream
from funnel.demo.world import World

STATED, NOT_TRACKED, OWN_MAIL = range(3)
"""What HubSpot says as the original source: the channel, nothing, or a mail that we sent."""
OUR_MAIL = "?utm_source=hs_email&utm_medium=email&utm_campaign=digest"


@dataclass(frozen=True)
class Channel:
    """How the systems write one channel; a campaign is its name with its utm_source and medium."""

    hubspot: str
    salesforce: str
    campaigns: tuple[tuple[str, str, str], ...]
    shares: tuple[float, ...] = (1.0,)
    click_id: str | None = None

    @property
    def is_clear_in_hubspot(self) -> bool:
        """Whether the original source with its drill-downs leaves one channel."""
        return self.hubspot != "OFFLINE"

    @property
    def is_clear_in_salesforce(self) -> bool:
        """Whether the lead source leaves one channel; anything online is from the web."""
        return self.salesforce != "Web"


CHANNELS = (
    Channel("ORGANIC_SEARCH", "Web", (("", "google", "organic"),)),
    Channel(
        "PAID_SEARCH",
        "Paid Search",
        (
            ("search_crm", "google", "cpc"),
            ("search_brand", "google", "cpc"),
            ("search_competitors", "google", "cpc"),
        ),
        (0.5, 0.3, 0.2),
        "gclid",
    ),
    Channel(
        "PAID_SOCIAL",
        "Paid Social",
        (
            ("abm_leads", "linkedin", "paid_social"),
            ("thought_leadership", "linkedin", "paid_social"),
            ("retargeting", "facebook", "cpc"),
            ("lookalike", "facebook", "cpc"),
        ),
        (0.45, 0.25, 0.2, 0.1),
        "li_fat_id",
    ),
    Channel("EMAIL_MARKETING", "Email", (("partner_newsletter", "newsletter", "email"),)),
    Channel("REFERRALS", "Referral", (("reviews", "g2", "referral"),)),
    Channel("DIRECT_TRAFFIC", "Web", (("", "", ""),)),
    Channel("OFFLINE", "Event", (("summit_follow_up", "summit", "event"),)),
    Channel("OTHER_CAMPAIGNS", "Partner", (("alliances", "partner", "partner"),)),
    Channel("OFFLINE", "Outbound", (("cold_mail", "outreach", "outbound"),)),
)
CAMPAIGNS = tuple(
    (channel, *campaign)
    for channel in range(len(CHANNELS))
    for campaign in CHANNELS[channel].campaigns
)
FIRST_CAMPAIGN = np.cumsum([0, *(len(channel.campaigns) for channel in CHANNELS)])[:-1]


def _parameters(source: str, medium: str, campaign: str) -> str:
    if not medium:
        return ""
    written = f"?utm_source={source}&utm_medium={medium}"
    return f"{written}&utm_campaign={campaign}" if campaign else written


@dataclass(frozen=True)
class Origins:
    """One row a human: the campaign, and what HubSpot's tracking has seen of it."""

    channel: I64
    campaign: I64
    """Row of CAMPAIGNS."""
    hubspot: I64
    has_first_page: Flags
    mail: I64
    """The number of the mail of ours that HubSpot takes for the source."""

    def campaign_name(self, human: I64) -> t.Text:
        """The campaign of each human, nothing where there is none."""
        names = [campaign[1] or None for campaign in CAMPAIGNS]
        return t.pick(names, self.campaign[human])

    def page(self, human: I64) -> t.Text:
        """The parameters with which each human's first page was called."""
        return t.pick([_parameters(c[2], c[3], c[1]) for c in CAMPAIGNS], self.campaign[human])

    def lead_source(self, human: I64) -> t.Text:
        """What Salesforce says."""
        return t.pick([channel.salesforce for channel in CHANNELS], self.channel[human])

    def original_source(self, human: I64) -> tuple[t.Text, t.Text, t.Text]:
        """What HubSpot says, and its two drill-downs."""
        kind = self.hubspot[human]
        stated = t.pick([channel.hubspot for channel in CHANNELS], self.channel[human])
        source = t.either(kind == OWN_MAIL, "EMAIL_MARKETING", stated)
        first = t.either(kind == OWN_MAIL, "digest", self._first_drill_down(human))
        mail = t.joined("Digest ", t.digits(self.mail[human] + 1))
        second = t.either(kind == OWN_MAIL, mail, self._second_drill_down(human))
        known = kind != NOT_TRACKED
        return t.only(known, source), t.only(known, first), t.only(known, second)

    def _first_drill_down(self, human: I64) -> t.Text:
        by_channel: list[str | None] = ["Unknown keywords (SSL)"] + [None] * (len(CHANNELS) - 1)
        by_channel[s.CHANNELS.index("referral")] = "www.g2.com"
        by_channel[s.CHANNELS.index("direct")] = "www.northwindcrm.com/"
        by_channel[s.CHANNELS.index("events")] = "IMPORT"
        by_channel[s.OUTBOUND] = "SALESFORCE"
        named = np.isin(self.channel[human], NAMED_FIRST)
        social = self.channel[human] == s.CHANNELS.index("paid_social")
        network = t.pick([campaign[2] for campaign in CAMPAIGNS], self.campaign[human])
        other = t.either(social, network, t.pick(by_channel, self.channel[human]))
        return t.either(named, self.campaign_name(human), other)

    def _second_drill_down(self, human: I64) -> t.Text:
        by_channel: list[str | None] = ["google"] + [None] * (len(CHANNELS) - 1)
        by_channel[s.CHANNELS.index("events")] = "List from the summit"
        by_channel[s.CHANNELS.index("partners")] = "partner / partner"
        social = self.channel[human] == s.CHANNELS.index("paid_social")
        return t.either(social, self.campaign_name(human), t.pick(by_channel, self.channel[human]))

    def first_page(self, human: I64) -> t.Text:
        """The first page where HubSpot kept its address; of an ad's, only the click id."""
        ids = [channel.click_id for channel in CHANNELS]
        click_id = t.pick(ids, self.channel[human])
        number = t.digits(1_000_000 + human)
        page = t.joined("https://www.northwindcrm.com/", self.page(human))
        ad = t.joined("https://www.northwindcrm.com/?", click_id, "=", number)
        address = t.either(np.isin(self.channel[human], WITH_CLICK_ID), ad, page)
        return t.only(self.has_first_page[human], address)


NAMED_FIRST = tuple(s.CHANNELS.index(name) for name in ("paid_search", "email", "partners"))
"""Channels of which HubSpot's first drill-down is the campaign."""
WITH_CLICK_ID = tuple(i for i, channel in enumerate(CHANNELS) if channel.click_id)


def origins_of(world: World, touches: Touches) -> Origins:
    """Draws from a source of its own, so that everything else stays as it is."""
    rng, channel = stream(world, "origins"), world.humans.channel
    count = len(channel)
    dice, place = rng.random(count), rng.random(count)
    campaign = FIRST_CAMPAIGN[channel].copy()
    for number, each in enumerate(CHANNELS):
        borders = np.cumsum(each.shares)[:-1] / sum(each.shares)
        mine = channel == number
        campaign[mine] += np.searchsorted(borders, place[mine], "right")
    clicked = np.zeros(count, dtype=np.bool_)
    clicked[touches.human[touches.kind == CLICK]] = True
    hubspot = np.where(dice < s.NOT_TRACKED_SHARE, NOT_TRACKED, STATED)
    ours = clicked & (dice > 1 - s.OWN_MAIL_SHARE)
    kept = rng.random(count) < s.FIRST_PAGE_SHARE
    return Origins(
        channel=channel,
        campaign=campaign.astype(np.int64),
        hubspot=np.where(ours, OWN_MAIL, hubspot),
        has_first_page=(hubspot == NOT_TRACKED) & ~ours & kept,
        mail=rng.integers(0, 12, count),
    )


def is_first(touches: Touches) -> Flags:
    """The first touch of each human, and of a second record, which may stand alone."""
    first = np.full(touches.human.max(initial=0) + 1, NEVER)
    own = ~touches.by_second
    np.minimum.at(first, touches.human[own], touches.at[own])
    return np.asarray(touches.by_second | (touches.at == first[touches.human]))


def known_humans(
    world: World, touches: Touches, origins: Origins, until: int, has_contact: Flags
) -> Flags:
    """Whose channel shows in what will have landed, in any record or in the first touch.

    A second record that stands alone is a human of its own, numbered after all others.
    """
    channel, count = origins.channel, len(origins.channel)
    in_hubspot = np.array([each.is_clear_in_hubspot for each in CHANNELS])[channel]
    in_salesforce = np.array([each.is_clear_in_salesforce for each in CHANNELS])[channel]
    marked = np.array([bool(_parameters(*c[2:], c[1])) for c in CAMPAIGNS])[origins.campaign]
    tracked = in_hubspot & (origins.hubspot == STATED) | (origins.has_first_page & marked)
    by_hubspot = tracked & (world.in_hubspot < until)
    sold = never(count)
    deals = world.deals
    mine = (deals.human >= 0) & deals.in_salesforce & ~(deals.deleted < until)
    np.minimum.at(sold, deals.human[mine], deals.created[mine])
    copied = (world.lead_created < until) | has_contact | (sold < until)
    seen = is_first(touches) & (touches.at < until) & (touches.kind == FORM)
    by_form = np.zeros(2 * count, dtype=np.bool_)
    by_form[(touches.human + touches.by_second * count)[seen]] = True
    own = by_hubspot | (in_salesforce & copied) | (by_form[:count] & marked)
    merged = world.second.merged < until
    own |= merged & tracked & (world.second.created < until)
    apart = tracked | (by_form[count:] & marked)
    return np.concatenate([own, apart])
