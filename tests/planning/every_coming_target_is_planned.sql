select
    funnel,
    target_month,
    target_amount
from {{ ref('targets') }}
where
    cast(target_month as timestamp) >= {{ cutoff() }}
    and {{ next_month('target_month') }}
    > {{ add_days(period_start('day', cutoff()), '7 * ' ~ int_var('planning_weeks')) }}
