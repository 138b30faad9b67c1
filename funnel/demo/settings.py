"""Every number the company is drawn from: shares, rates, waiting times and dirt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CHUNK_PEOPLE = 20_000
ID_STRIDE = 2_000_000

SEGMENTS = ("smb", "mid_market", "enterprise")
SEGMENT_SHARE = (0.60, 0.30, 0.10)
EMPLOYEE_RANGE = ((5, 100), (100, 1_000), (1_000, 20_000))
HUMANS_PER_ACCOUNT = (0.34, 0.26, 0.18, 0.11, 0.07, 0.04)

COUNTRIES = ("US", "GB", "DE", "FR", "NL", "CA", "AU", "JP", "IN", "BR", "ZA", "PL")
COUNTRY_SHARE = (0.42, 0.12, 0.12, 0.07, 0.05, 0.06, 0.05, 0.03, 0.03, 0.02, 0.02, 0.01)
COUNTRY_CURRENCY = (0, 2, 1, 1, 1, 0, 0, 3, 0, 0, 0, 1)
CURRENCIES = ("USD", "EUR", "GBP", "JPY")
LIST_PRICES = np.array(
    [
        [[240, 216, 192, 36_000], [60, 54, 48, 9_000], [1_200, 1_080, 960, 180_000]],
        [[264, 240, 216, 39_600], [72, 66, 60, 10_800], [1_320, 1_200, 1_080, 198_000]],
    ]
)
"""One seat for one year in units of each currency, for each edition, before and after the rise.
A month of it has whole cents."""
SEAT_PRICE = LIST_PRICES[0, 0]
EDITION_SHARE = (0.55, 0.35, 0.10)
NEGOTIATED_PERCENT = (0, 10, 15, 25)
NEGOTIATED_SHARE = (0.7, 0.15, 0.1, 0.05)
"""Of the deals that begin a customer."""
MINOR_UNITS = np.array([100, 100, 100, 1])
MEDIAN_SEATS = np.array([25.0, 110.0, 420.0])
SEAT_PACKS = ((20, 5), (100, 25))
"""From the first number of seats on, they are sold in packs of the second."""

COUNTRY_SPELLINGS = (
    ("USA", "United States", "United States of America", "us"),
    ("UK", "United Kingdom", "Great Britain", "gbr"),
    ("Germany", "Deutschland", "GERMANY", "Alemania"),
    ("France", "FRA", "Frankreich", "france "),
    ("Netherlands", "The Netherlands", "Nederland", "NLD"),
    ("Canada", "CAN", "canada", "CANADA"),
    ("Australia", "AUS", "Australien", "australia"),
    ("Japan", "JPN", "Japon", "JAPAN"),
    ("India", "IND", "Indien", "india"),
    ("Brazil", "Brasil", "BRA", "brazil"),
    ("South Africa", "ZAF", "south africa", "SOUTH AFRICA"),
    ("Poland", "Polska", "POL", "Polen"),
)
"""Ways in which people write each of the countries, beside its code."""
SPELLED_COUNTRY_SHARE = 0.25
"""Of the records with a country."""

CHANNELS = (
    "organic_search",
    "paid_search",
    "paid_social",
    "email",
    "referral",
    "direct",
    "events",
    "partners",
    "outbound",
)
CHANNEL_SHARE = (0.24, 0.18, 0.15, 0.10, 0.08, 0.12, 0.05, 0.04, 0.04)
CHANNEL_QUALITY = np.array([1.1, 1.0, 0.65, 0.9, 1.45, 1.0, 1.1, 1.4, 0.8])
OUTBOUND = CHANNELS.index("outbound")

STAGES = (
    "awareness",
    "lead",
    "mql",
    "sal",
    "sql",
    "opportunity",
    "customer",
    "onboarded",
    "retained",
    "expanded",
)
"""The ladder up to customer, and what happens to customers, in any order.

An exit is disqualified, recycled, lost or churned."""
EXITS = ("disqualified", "recycled", "lost", "churned")
RATE = {
    "lead": np.array([0.70, 0.70, 0.66]),
    "mql": np.array([0.60, 0.60, 0.58]),
    "sal": np.array([0.80, 0.78, 0.76]),
    "sql": np.array([0.62, 0.60, 0.58]),
    "opportunity": np.array([0.60, 0.56, 0.52]),
    "customer": np.array([0.34, 0.30, 0.26]),
    "onboarded": np.array([0.90, 0.93, 0.95]),
    "retained": np.array([0.80, 0.86, 0.91]),
    "expanded": np.array([0.20, 0.30, 0.36]),
}
"""Chance to go on from the stage before (the last three: from customer), a segment each."""
MEDIAN_DAYS = {
    "lead": np.array([3.0, 5.0, 8.0]),
    "mql": np.array([6.0, 12.0, 20.0]),
    "sal": np.array([1.5, 3.0, 5.0]),
    "sql": np.array([4.0, 8.0, 14.0]),
    "opportunity": np.array([5.0, 9.0, 16.0]),
    "customer": np.array([20.0, 42.0, 70.0]),
    "onboarded": np.array([12.0, 20.0, 35.0]),
    "retained": np.array([365.0, 365.0, 365.0]),
    "expanded": np.array([160.0, 160.0, 160.0]),
}
UNFIT_FACTOR = 0.3
FIT_EMPLOYEES = 20
FIT_COUNTRIES = 8
"""Those outside convert worse, whatever a definition says."""

NO_COMPANY_SHARE = 0.06
SILENT_ACCOUNT_SHARE = 0.08
UNKNOWN_EMPLOYEES_SHARE = 0.05
RESIZED_ACCOUNT_SHARE = 0.03
UNKNOWN_COUNTRY_SHARE = 0.04
OUTBOUND_IN_HUBSPOT_SHARE = 0.30

EMAIL_CLASSES = (
    "business",
    "free",
    "none",
    "invalid",
    "internal",
    "competitor",
    "test",
    "shared",
    "junk",
)
BUSINESS, FREE, NONE, INVALID, INTERNAL, COMPETITOR, TEST, SHARED, JUNK = range(9)
EMAIL_SHARE = (0.785, 0.175, 0.02, 0.005, 0.004, 0.005, 0.006)
EMAIL_SHARE_NO_COMPANY = (0.25, 0.71, 0.02, 0.005, 0.004, 0.005, 0.006)
FREE_DOMAINS = (
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "aol.com",
    "gmx.de",
    "proton.me",
)
INTERNAL_DOMAINS = ("northwindcrm.com", "northwindcrm.example")
SHARED_MAILBOXES = ("info", "sales", "contact", "office")
SHARED_ACCOUNT_SHARE = 0.016
"""Of the accounts with several people: most of them write from one mailbox."""
SHARED_SHARE = 0.9
JUNK_ADDRESS = "nobody@gmail.com"
"""What stands in a list from a fair, imported in the first days: so many that it can't be one."""
JUNK_ONE_IN, JUNK_AT_LEAST, JUNK_AT_MOST, JUNK_DAYS = 60, 15, 40, 14
NAMESAKE_SHARE = 0.012
COMPETITOR_DOMAINS = ("rivalcrm.com", "otherfunnel.io")


@dataclass(frozen=True)
class Version:
    """What the teams agreed about MQLs and SQLs, from a day on."""

    valid_from: str
    mql_score: int
    form_submitted: int
    event_attended: int
    email_clicked: int
    employees: int
    countries: tuple[str, ...]


VERSIONS = (
    Version("1970-01-01", 50, 30, 25, 5, 20, COUNTRIES[:8]),
    Version("2025-07-01", 45, 30, 30, 5, 30, (*COUNTRIES[:8], "PL")),
)
RETURN_DAYS = 90

EARLY_RETURN_SHARE = 0.06
LATE_RETURN_SHARE = 0.12
CONTACTLESS_SHARE = 0.22
"""Of the deals whose account lets a contactless deal be read in one way only."""
SILENT_DEAL_SHARE = 0.16
NOBODY_DEAL_SHARE = 0.014
"""Counted on the deals of known people; about one in a hundred of all deals."""
SECOND_DEAL_SHARE = 0.12
REOPENED_SHARE = 0.04
REOPENED_WON_SHARE = 0.4
AMOUNT_CHANGE_SHARE = 0.2
NEGLECTED_DATE_SHARE = 0.08
"""Of the deals: their rep never moves the close date, however long ago it was."""
PULLED_IN_SHARE = 0.12
"""Of the moves of a close date: to an earlier day."""
FORESEEN_CLOSE_SHARE = 0.5
"""Of the deals: days before the end, the rep knows about when it will be."""
HOPEFUL_SHARE, CAREFUL_SHARE = 0.22, 0.18
"""Of the deals: their rep's forecast category is a stage ahead of the deal's, or behind it."""
DELETED_DEAL_SHARE = 0.02
MERGED_DEAL_SHARE = 0.03
EXTRA_CONTACT_SHARE = 0.35
LATE_DEAL_SHARE = 0.01
"""Counted on all other deals: so many are entered as closed, and as many imported."""
OLDER_CUSTOMER_SHARE = 0.02
"""Counted on all other deals: so many customers are older than the CRM."""
PARALLEL_DEAL_SHARE = 0.2
"""Of the deals that are open long enough: a second one is opened beside them."""
PARALLEL_COLLEAGUE_SHARE = 0.6
"""Of these: with a colleague of the person, where there is one without a deal."""
PARALLEL_WON_SHARE = 0.5
"""Of those beside a lost deal."""
CONTRACTION_SHARE = 0.06

RETURN_BY_MAIL_SHARE = 0.5
"""Of the forms after the first touch: the way to them was a mail of ours."""
NOT_TRACKED_SHARE = 0.08
"""Of the HubSpot contacts: they refused cookies, so that HubSpot names no original source."""
FIRST_PAGE_SHARE = 0.4
"""Of these: HubSpot has kept the address of the first page."""
OWN_MAIL_SHARE = 0.06
"""Of those who click in mails: HubSpot takes our own mail for the original source."""

LATE_ROW_SHARE = 0.01
DUPLICATE_ROW_SHARE = 0.001
SECOND_RECORD_SHARE = 0.04
OTHER_ADDRESS_SHARE = 0.08
"""Of those who write from work: HubSpot has their private address, too, and they pay with it."""
MERGED_COMPANY_SHARE = 0.1
SHORT_ID_SHARE = 0.2
"""Of the Salesforce ids in Stripe and Zendesk: copied from a report, which has 15 characters."""
UNANSWERED_SHARE = 0.3
"""Of the people whom sales knows: a call that nobody answered."""
ROLELESS_SHARE = 0.15
"""Of the deals that a lead was converted for: nobody gave the contact a role."""
REMOVED_LINK_SHARE = 0.05
"""Of the HubSpot deals: linked to a wrong person or company at first."""
SYNCED_DEAL_SHARE = 0.6
"""Of the deals sold in Salesforce at companies that HubSpot knows: HubSpot has them, too."""
LOST_OPPORTUNITY_SHARE = 0.02
"""Of HubSpot's own deals: they name an opportunity of a Salesforce that was given up."""
UPPER_CASE_SHARE = 0.04
SPACES_SHARE = 0.02
MAILTO_SHARE = 0.01
DIRT = ("plus tag", "display form", "two addresses", "look-alike", "odd blank", "trailing mark")
DIRT_SHARE = (0.04, 0.04, 0.04, 0.016, 0.04, 0.04)
"""Of the records whose human several systems know; about one in a hundred of all records."""
DELETED_CONTACT_SHARE = 0.10
"""Of the imported contacts that never did anything."""
DELETED_TASK_SHARE = 0.02
VANISHED_MEMBER_SHARE = 0.03
LABEL_EARLY_SHARE = 0.03
LABEL_NEVER_SHARE = 0.03
EMPTY_METADATA_SHARE = 0.10
TEST_MODE_SHARE = 0.03
FAILED_CHARGE_SHARE = 0.04
REFUND_SHARE = 0.01
DISPUTE_SHARE = 0.02
"""Of the charges; the bank gives every other customer the money back."""
RESERVED_SHARE = 0.1
"""Of the customers: Stripe reserves the first amount, and releases it."""
LOYAL_COUPON_SHARE = 0.08
WELCOME_COUPON_SHARE = 0.3
"""Of the subscriptions that are billed by the month."""
REWRITTEN_SHARE = 0.03
"""Of the states that HubSpot writes again some days later, though nothing has changed."""
SENT_TWICE_SHARE = 0.01
"""Of the forms: somebody clicks the button twice."""
TIED_AMOUNT_SHARE = 0.1
"""Of the deals won in HubSpot."""
TIED_STAGE_SHARE = 0.06
"""Of the Salesforce deals that close in the second in which they enter their last open stage."""
LOST_REASONS = ("Price", "No budget", "Chose a competitor", "No decision", "Missing feature")
