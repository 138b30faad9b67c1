{# Grain: one row an account and step: how far the furthest of its journeys has come. #}
{%- set first_journey = "row(" ~ or_end('entered_at') ~ ", journey_key)" -%}

with

journey_steps as (select * from {{ ref('fct_journey_steps') }} where account_key is not null),

standings as (

    select
        account_key,
        step,
        {%- for attribute in ['funnel', 'channel', 'segment'] %}
        {{ first_by(attribute, first_journey) }} as {{ attribute }},
        {%- endfor %}
        bool_or(result = 'converted') as has_converted,
        bool_or(result = 'open') as has_open,
        count(*) as journey_count,
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
            as result,
        journey_count,
        entered_month
    from standings

)

select * from int_account_steps_aggregated
