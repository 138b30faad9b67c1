-- A cohort is followed, not divided by another month's: no share passes one, and everybody who
-- entered has converted, was lost, or is still open.
select *
from {{ ref('conversion_cohorts') }}
where
    journey_entered_count != journey_converted_count + journey_lost_count + journey_open_count
    or account_entered_count != account_converted_count + account_lost_count + account_open_count
    or journey_raw_rate > 1
    or account_raw_rate > 1
    {%- for days in [30, 60, 90, 180] %}
    or converted_{{ days }}_count > eligible_{{ days }}_count
    or eligible_{{ days }}_count > journey_entered_count
    {%- endfor %}
