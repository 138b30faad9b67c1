{# Grain: one row a handoff, funnel, cause and reason: what the journeys that went that way have
   brought and are expected to bring, beside what those accepted in time bring. #}
{%- set keys = ['step', 'funnel', 'cause', 'answer_reason'] -%}

with

handoffs as (select * from {{ ref('handoffs') }}),

slices as (

    {{ slices(['all', 'funnel']) }}

),

caused as (

    select
        *,
        won_amount + expected_amount as value_amount,
        case
            when answer = 'accepted' and timing = 'late' then 'accepted late'
            when answer = 'accepted' and timing = 'not dated' then 'accepted some day'
            when answer = 'accepted' then 'accepted in time'
            when answer = 'never touched' and timing = 'waiting' then 'waiting within the limit'
            else answer
        end as cause
    from handoffs

),

baselines as (

    select
        caused.step,
        case when slices.slice_name = 'all' then 'all' else caused.funnel end as funnel,
        count(*) as handoff_count,
        sum(caused.value_amount) / count(*) as value_amount
    from caused
    cross join slices
    where caused.cause = 'accepted in time'
    group by
        caused.step,
        case when slices.slice_name = 'all' then 'all' else caused.funnel end

),

causes as (

    select
        step,
        funnel,
        cause,
        coalesce(answer_reason, '') as answer_reason,
        count(*) as handoff_count,
        count(*) filter (where outcome = 'won') as won_count,
        count(*) filter (where outcome = 'lost') as lost_count,
        count(*) filter (where outcome = 'open') as open_count,
        sum(won_amount) as won_amount,
        sum(expected_amount) as expected_amount
    from caused
    group by step, funnel, cause, coalesce(answer_reason, '')

),

compared as (

    -- Fewer than five accepted in time make no yardstick: the whole company's is taken.
    select
        causes.*,
        case when own.handoff_count >= 5 then 'funnel' else 'company' end as yardstick,
        case when own.handoff_count >= 5 then own.value_amount else company.value_amount end
            as yardstick_amount
    from causes
    left join baselines as own on causes.step = own.step and causes.funnel = own.funnel
    left join baselines as company on causes.step = company.step and company.funnel = 'all'

),

handoff_costs as (

    select
        {{ keys | join(',\n        ') }},
        case when yardstick_amount is not null then yardstick end as yardstick,
        handoff_count,
        won_count,
        lost_count,
        open_count,
        cast(won_amount as decimal(18, 2)) as won_amount,
        cast(expected_amount as decimal(18, 2)) as expected_amount,
        cast(yardstick_amount as decimal(18, 2)) as yardstick_amount,
        case
            when cause in ('rejected', 'recycled', 'never touched', 'accepted late')
                then cast(
                    handoff_count * yardstick_amount - won_amount - expected_amount
                    as decimal(18, 2)
                )
        end as missed_amount
    from compared

)

select * from handoff_costs
