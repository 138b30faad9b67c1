{# Grain: one row per version of an account; older ones are superseded. #}
select
    *,
    id || '|' || cast(updated_at as varchar) as source_key,
    case
        when row_number() over (partition by id order by updated_at desc) > 1 then 'superseded'
    end as reason_code,
    cast(to_json(landed) as varchar) as row_json
from {{ source('recurly', 'account_history') }} as landed
