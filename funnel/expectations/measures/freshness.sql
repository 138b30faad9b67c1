-- Days from the last event of a system to the cutoff of the build.
with

system_events as (

    select system, max(occurred_at) as last_at from intermediate.int_touches_rows_checked
    where reason_code is null
    group by all
    union all
    select system, max(claimed_at) from intermediate.int_stage_claims_rows_checked
    where reason_code is null
    group by all
    union all
    select system, max(created_at) from intermediate.int_opportunities_rows_checked
    where reason_code is null
    group by all
    union all
    select system, max(paid_at) from intermediate.int_payments_rows_checked
    where reason_code is null
    group by all
    union all
    select system, max(occurred_at) from intermediate.int_service_events_rows_checked
    where reason_code is null
    group by all
    union all
    select system, max(spend_date) from intermediate.int_ad_spend_unioned
    where is_first_day
    group by all

)

select
    landed.system as subject,
    cast(null as text) as owner_team,
    cast(date_diff('day', max(last_at), $cutoff) as double) as value,
    count(last_at) as row_count
from (select distinct system from marts.source_reconciliation) as landed
left join system_events on landed.system = system_events.system and last_at <= $cutoff
group by landed.system
order by subject
