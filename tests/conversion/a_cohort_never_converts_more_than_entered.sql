select *
from {{ ref('conversion_cohorts') }}
where
    journey_entered_count
    != journey_converted_count + journey_lost_or_returned_count + journey_open_count
    or account_entered_count
    != account_converted_count + account_lost_or_returned_count + account_open_count
    or journey_raw_rate > 1
    or account_raw_rate > 1
    or converted_30_count > eligible_30_count
    or converted_60_count > eligible_60_count
    or converted_90_count > eligible_90_count
    or converted_180_count > eligible_180_count
    or eligible_30_count > journey_entered_count
    or eligible_60_count > eligible_30_count
    or eligible_90_count > eligible_60_count
    or eligible_180_count > eligible_90_count
