select
    earlier.lifecycle_key,
    later.lifecycle_key as later_lifecycle_key
from {{ ref('fct_lifecycle') }} as earlier
inner join {{ ref('fct_lifecycle') }} as later
    on
        earlier.journey_key = later.journey_key
        and earlier.entry_number < later.entry_number
where earlier.entered_at > later.entered_at
