select
    {{ text_var('reporting_currency') }} as reporting_currency,
    count(*) as rate_count,
    min(rate) as lowest_rate,
    max(rate) as highest_rate
from {{ ref('exchange_rates') }}
where currency = {{ text_var('reporting_currency') }}
having count(*) = 0 or min(rate) != 1 or max(rate) != 1
