{# Won, the open funnel, leads to come, and renewals and expansion are the forecast of bookings. #}
select
    period_kind,
    period_start,
    funnel,
    metric,
    forecast,
    recorded,
    expected_open_amount,
    expected_lead_amount,
    expected_customer_amount
from {{ ref('kpi_forecasts_by_period') }}
where
    metric in ('bookings', 'bookings_new')
    and forecast is not null
    and coalesce(abs(
        recorded + expected_open_amount + expected_lead_amount + expected_customer_amount
        - forecast
    ) > 0.01, true)
