{# Grain: one row per account and conversion step: the result of the account's most advanced
   journey, in the funnel, channel, segment and month of its first journey. #}
{%- set first_journey = "row(" ~ or_end('entered_at') ~ ", journey_key)" -%}

with

journey_steps as (select * from {{ ref('fct_journey_steps') }} where account_key is not null),

account_journeys as (

    select
        account_key,
        step,
        {{ first_by('funnel', first_journey) }} as funnel,
        {{ first_by('channel', first_journey) }} as channel,
        {{ first_by('segment', first_journey) }} as segment,
        count(*) as journey_count,
        bool_or(step_result = 'converted') as has_converted,
        bool_or(step_result = 'open') as has_open,
        min(entered_month) as entered_month
    from journey_steps
    group by account_key, step

),

int_account_steps_aggregated as (

    select
        account_key,
        step,
        funnel,
        channel,
        segment,
        case when has_converted then 'converted' when has_open then 'open' else 'lost' end
            as step_result,
        journey_count,
        entered_month
    from account_journeys

)

select * from int_account_steps_aggregated
