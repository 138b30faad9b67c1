select
    funnel,
    target_month,
    target_amount,
    new_share + expansion_share + renewal_share as share_sum
from {{ ref('targets') }}
where
    target_month != cast({{ period_start('month', 'target_month') }} as date)
    or target_amount < 0
    or abs(new_share + expansion_share + renewal_share - 1) > 0.0001
    or least(new_share, expansion_share, renewal_share) < 0
