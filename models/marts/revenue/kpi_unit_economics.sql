{# Grain: one row a slice: everybody, one channel, one segment, or one quarter in which people first
   came. #}
{%- set counts = [
    'journey_count', 'lead_count', 'customer_count', 'paying_month_count', 'at_risk_month_count',
    'churn_count',
] -%}
{%- set amounts = ['spend_amount', 'paid_amount', 'mrr_month_amount'] -%}

with

acquisition as (select * from {{ ref('int_acquisition_cohorts_aggregated') }}),

customers as (select * from {{ ref('int_customers_aggregated') }}),

overall as (

    select {{ ratio('sum(churn_count)', 'sum(at_risk_month_count)') }} as churn_rate
    from customers

),

sliced as (

    -- Who came lately has not had the time to buy: beyond their own quarter they don't count yet.
    {% for slice_name, slice_value in {
        'all': "'all'",
        'channel': 'channel',
        'segment': 'segment',
        'quarter': "cast(cast(date_trunc('quarter', cohort_month) as date) as " ~ dbt.type_string() ~ ")",
    }.items() -%}
    select
        '{{ slice_name }}' as slice_name,
        {{ slice_value }} as slice_value,
        {%- for measure in counts %}
        cast(sum({{ measure }}) as bigint) as {{ measure }},
        {%- endfor %}
        {%- for measure in amounts %}
        cast(sum({{ measure }}) as decimal(18, 2)) as {{ measure }},
        {%- endfor %}
        bool_and(is_mature) as is_mature
    from acquisition
    where {{ 'cohort_month is not null' if slice_name == 'quarter' else 'is_mature' }}
    group by {{ slice_value }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

rated as (

    -- The churn of a few is chance: until enough have left, that of all customers stands in.
    select
        sliced.*,
        case when sliced.spend_amount > 0 then sliced.spend_amount end as known_spend_amount,
        {{ ratio(
            'sliced.mrr_month_amount * ' ~ int_var('gross_margin_percent'),
            'sliced.paying_month_count * 100'
        ) }} as margin_amount,
        case
            when sliced.churn_count >= {{ int_var('least_churned_customers') }}
                then {{ ratio('sliced.churn_count', 'sliced.at_risk_month_count') }}
            else overall.churn_rate
        end as churn_rate
    from sliced
    cross join overall

),

kpi_unit_economics as (

    select
        slice_name,
        slice_value,
        {{ counts | join(',\n        ') }},
        {{ amounts | join(',\n        ') }},
        cast({{ ratio('known_spend_amount', 'customer_count') }} as decimal(18, 2))
            as cac_amount,
        cast({{ ratio('mrr_month_amount', 'paying_month_count') }} as decimal(18, 2))
            as arpa_amount,
        churn_rate,
        cast({{ ratio('margin_amount', 'churn_rate') }} as decimal(18, 2)) as ltv_amount,
        {{ ratio('margin_amount * customer_count', 'churn_rate * known_spend_amount') }}
            as ltv_to_cac,
        {{ ratio('known_spend_amount', 'margin_amount * customer_count') }} as payback_months,
        case
            when spend_amount > 0 and journey_count = 0 then 'spend before the first lead'
            when spend_amount > 0 and customer_count = 0 then 'no customer yet'
            when customer_count > 0 and spend_amount = 0 then 'customers without recorded spend'
            when spend_amount = 0 then 'no recorded spend'
            when paying_month_count = 0 then 'no recurring revenue known'
            when coalesce(churn_rate, 0) = 0 then 'nobody has left yet'
            else 'measured'
        end as status,
        churn_count >= {{ int_var('least_churned_customers') }} as has_own_churn_rate,
        is_mature
    from rated

)

select * from kpi_unit_economics
