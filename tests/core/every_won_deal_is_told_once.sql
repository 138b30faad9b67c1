-- Law 5: every deal that its CRM calls won stands in the fact once, with the CRM's amount at
-- the day's rate; no other does. The deals are read from staging, past everything that could
-- lose one.
with

quarantine as (select * from {{ ref('quarantine') }} where entity = 'opportunities'),

landed as (

    select distinct
        staged.system,
        staged.opportunity_id,
        {{ key_of(['staged.system', 'staged.opportunity_id']) }} as opportunity_key
    from ({{ stack_systems('opportunities', ['reason_code']) }}) as staged
    left join quarantine
        on
            staged.system = quarantine.system
            and staged.source_table = quarantine.source_table
            and staged.source_key = quarantine.source_row_id
            and quarantine.reason_code != 'duplicate_key'
    where
        staged.is_won
        and staged.reason_code is null
        and coalesce(staged.deleted_at, {{ end_of_time() }}) >= {{ cutoff() }}
        and coalesce(staged.closed_at, staged.created_at) < {{ cutoff() }}
        and quarantine.source_row_id is null

),

won as (

    select
        landed.opportunity_key,
        opportunities.amount
    from landed
    left join {{ ref('dim_opportunities') }} as opportunities
        on landed.opportunity_key = opportunities.opportunity_key

),

told as (

    select
        opportunity_key,
        count(*) as told_count,
        sum(amount) as amount
    from {{ ref('fct_lifecycle') }}
    where
        stage in ('customer', 'retained', 'expanded')
        and opportunity_key is not null
    group by opportunity_key

)

select
    coalesce(won.opportunity_key, told.opportunity_key) as opportunity_key,
    won.amount as crm_amount,
    told.amount as told_amount,
    told.told_count
from won
full outer join told on won.opportunity_key = told.opportunity_key
where
    won.opportunity_key is null
    or told.opportunity_key is null
    or told.told_count != 1
    or coalesce(won.amount, -1) != coalesce(told.amount, -1)
