{# Grain: one row a period that is not over, funnel (and all of them), and measure of period_totals:
   what it will likely come to. #}
{%- set arriving = [
    'entered_lead', 'entered_mql', 'entered_sal', 'entered_sql', 'entered_opportunity',
    'entered_customer', 'new_amount', 'renewal_amount', 'expansion_amount',
] -%}
{%- set recurring = [
    'mrr_opening_amount', 'mrr_net_amount', 'mrr_gross_amount', 'mrr_gained_amount',
    'mrr_lost_amount', 'opening_customer_count', 'churned_customer_count',
] -%}
{%- set needed = {
    'so_far': arriving + ['new_won_count', 'new_closed_count', 'new_won_days', 'new_worked_count'],
    'expected': arriving,
    'before': ['entered_opportunity', 'entered_customer'],
    'opening': ['new_open_amount'],
    'now': ['open_amount', 'new_open_amount', 'new_open_count'],
    'target': ['new_target'],
    'last_whole': ['mrr_closing_amount'],
    'last_year': recurring + ['mrr_closing_amount', 'new_won_count', 'new_closed_count', 'new_won_days'],
} -%}
{%- set formulas = forecast_formulas() -%}
with

parts as (select * from {{ ref('int_forecast_parts_estimated') }}),

coming as (select * from {{ ref('int_coming_periods_listed') }}),

limits as (select * from {{ ref('int_plan_limits_estimated') }}),

told as (

    select
        {%- for part, measures in needed.items() %}{% for measure in measures %}
        {%- set test = "part = '" ~ part ~ "' and measure = '" ~ measure ~ "'" %}
        {{ as_double('coalesce(sum(case when ' ~ test ~ ' then total end), 0)') }}
            as {{ part }}_{{ measure }},
        {%- endfor %}{% endfor %}
        period_kind,
        period_start,
        funnel
    from parts
    group by period_kind, period_start, funnel

),

usual as (

    -- A funnel of few wins loses, and takes its time, as the whole company does.
    select
        told.*,
        coming.has_begun,
        coming.period_number,
        limits.funnel is not null as has_history,
        {%- for measure in ['closed_count', 'won_days'] %}
        case
            when told.last_year_new_won_count >= 5
                then told.last_year_new_{{ measure }} / told.last_year_new_won_count
            else
                sum(told.last_year_new_{{ measure }}) over whole_company
                / nullif(sum(told.last_year_new_won_count) over whole_company, 0)
        end as {{ measure.split('_')[0] | replace('won', 'days') }}_a_win,
        {%- endfor %}
        told.now_new_open_amount / greatest(told.now_new_open_count, 1) as deal_amount
    from told
    inner join coming on {{ same('told', 'coming', ['period_kind', 'period_start']) }}
    left join limits on told.funnel = limits.funnel
    window whole_company as (partition by told.period_kind, told.period_start)

),

measured as (
    {% for measure in arriving + recurring + ['new_target'] + formulas.keys() | list %}
    {%- set lasting = 'last_year_' if measure in recurring else 'target_' %}
    select
        period_kind,
        period_start,
        funnel,
        '{{ measure }}' as measure,
        {%- if measure in recurring + ['new_target'] %}
        {{ lasting ~ measure }} as total
        {%- else %}
        case
            when has_history or '{{ measure }}' = 'mrr_closing_amount'
                then {{ formulas.get(measure, 'so_far_' ~ measure ~ ' + expected_' ~ measure) }}
        end as total
        {%- endif %}
    from usual
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

int_forecast_totals_estimated as (
    {% for funnel in ['funnel', "'all'"] %}
    select
        period_kind,
        period_start,
        {{ funnel }} as funnel,
        measure,
        cast(sum(cast(total as decimal(38, 6))) as decimal(24, 6)) as total
    from measured
    where total is not null
    group by period_kind, period_start, {{ funnel ~ ', ' if loop.first }}measure
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from int_forecast_totals_estimated
