"""The codes of the reasons that the demo company's people choose."""

# What the seed should say of the reasons that the demo's people choose, written again by hand.
CODES: dict[str | None, str] = {
    "Price": "price",
    "No budget": "no_budget",
    "Chose a competitor": "competitor",
    "No decision": "no_decision",
    "Missing feature": "missing_feature",
    "Wrong person": "wrong_person",
    "Not a fit": "wrong_company",
    "Not reachable": "not_reachable",
    "Not now": "bad_timing",
    "See notes": "unmapped",
    "too_expensive": "price",
    "missing_features": "missing_feature",
    "switched_service": "competitor",
    "unused": "not_used",
    "cancellation_requested": "requested",
    "payment_failed": "payment_failed",
    None: "none",
}
