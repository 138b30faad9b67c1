{# Grain: one row per period that is not over, funnel (and all of them) and measure. What it will
   likely amount to if everything goes on as now. Most measures need a plan of the funnel. #}
{#- Inputs of the formulas: name, part, and measure or node (entries of the stage that is it). -#}
{%- set inputs = [
    ('so_far_new_amount', 'so_far', "parts.measure = 'new_amount'"),
    ('so_far_expansion_amount', 'so_far', "parts.measure = 'expansion_amount'"),
    ('so_far_renewal_amount', 'so_far', "parts.measure = 'renewal_amount'"),
    ('so_far_new_target', 'so_far', "parts.measure = 'new_target'"),
    ('so_far_won_count', 'so_far', "parts.measure = 'new_won_count'"),
    ('so_far_closed_count', 'so_far', "parts.measure = 'new_closed_count'"),
    ('so_far_won_days', 'so_far', "parts.measure = 'new_won_days'"),
    ('so_far_dated_won_count', 'so_far', "parts.measure = 'new_dated_won_count'"),
    ('before_opportunity_count', 'before', "stages.planning_node = 'opportunity'"),
    ('before_win_count', 'before', "stages.planning_node = 'win'"),
    ('expected_opportunity_count', 'expected', "stages.planning_node = 'opportunity'"),
    ('expected_win_count', 'expected', "stages.planning_node = 'win'"),
    ('expected_new_amount', 'expected', "parts.measure = 'new_amount'"),
    ('expected_open_new_amount', 'expected', "parts.measure = 'open_new_amount'"),
    ('expected_expansion_amount', 'expected', "parts.measure = 'expansion_amount'"),
    ('expected_renewal_amount', 'expected', "parts.measure = 'renewal_amount'"),
    ('prior_new_open_amount', 'prior', "parts.measure = 'new_open_amount'"),
    ('now_open_amount', 'now', "parts.measure = 'open_amount'"),
    ('now_new_open_amount', 'now', "parts.measure = 'new_open_amount'"),
    ('now_new_open_count', 'now', "parts.measure = 'new_open_count'"),
    ('now_mrr_amount', 'now', "parts.measure = 'mrr_closing_amount'"),
    ('last_mrr_amount', 'last_complete', "parts.measure = 'mrr_closing_amount'"),
    ('so_far_due_opening_amount', 'so_far', "parts.measure = 'due_opening_amount'"),
    ('year_due_opening_amount', 'last_year', "parts.measure = 'due_opening_amount'"),
    ('year_mrr_opening_amount', 'last_year', "parts.measure = 'mrr_opening_amount'"),
    ('year_mrr_closing_amount', 'last_year', "parts.measure = 'mrr_closing_amount'"),
    ('year_won_count', 'last_year', "parts.measure = 'new_won_count'"),
    ('year_closed_count', 'last_year', "parts.measure = 'new_closed_count'"),
    ('year_won_days', 'last_year', "parts.measure = 'new_won_days'"),
    ('year_dated_won_count', 'last_year', "parts.measure = 'new_dated_won_count'"),
] -%}
{#- Formula of each measure, and whether it needs a plan of the funnel. -#}
{%- set formulas = [
    ('new_amount', true, 'so_far_new_amount + expected_new_amount'),
    ('expansion_amount', true, 'so_far_expansion_amount + expected_expansion_amount'),
    ('renewal_amount', true, 'so_far_renewal_amount + expected_renewal_amount'),
    ('total_amount', true,
     'so_far_new_amount + so_far_renewal_amount + so_far_expansion_amount'
     ~ ' + expected_new_amount + expected_renewal_amount + expected_expansion_amount'),
    ('landing_open_amount', true, 'expected_open_new_amount'),
    ('landing_lead_amount', true, 'expected_new_amount - expected_open_new_amount'),
    ('landing_customer_amount', true, 'expected_renewal_amount + expected_expansion_amount'),
    ('new_won_count', true, 'so_far_won_count + expected_win_count'),
    ('new_closed_count', true, 'so_far_closed_count + expected_win_count * closed_per_win'),
    ('new_won_days', true, 'so_far_won_days + expected_win_count * days_per_win'),
    ('new_dated_won_count', true, 'so_far_dated_won_count + expected_win_count'),
    ('new_open_count', true, 'greatest(now_new_open_count + change_before + change_within, 0)'),
    ('opening_pipeline_amount', true,
     'case when is_started then prior_new_open_amount'
     ~ ' else greatest(now_new_open_amount + change_before * average_open_amount, 0) end'),
    ('open_amount', true,
     'now_open_amount - now_new_open_amount + greatest('
     ~ 'now_new_open_amount + (change_before + change_within) * average_open_amount, 0)'),
    ('new_target', false, 'so_far_new_target'),
    ('due_opening_amount', false,
     'case when is_started then so_far_due_opening_amount'
     ~ ' else nullif(year_due_opening_amount, 0) / year_period_count end'),
    ('mrr_closing_amount', false,
     'case when year_mrr_closing_amount > 0 then greatest('
     ~ 'case when now_mrr_amount > 0 then now_mrr_amount else last_mrr_amount end'
     ~ ' + ahead_ratio * (year_mrr_closing_amount - year_mrr_opening_amount)'
     ~ ' / year_period_count, 0) end'),
] -%}
{#- Measures that go on as in a mean period of the last year; those that span more than their period
    (a year, the window of velocity) as now. -#}
{%- set lasting_measures = [
    ('mrr_gained_amount', 'last_year'), ('mrr_lost_amount', 'last_year'),
    ('commit_opening_amount', 'last_year'), ('commit_slipped_amount', 'last_year'),
    ('year_opening_amount', 'now'), ('year_net_amount', 'now'),
    ('year_gross_amount', 'now'), ('year_opening_customer_count', 'now'),
    ('year_churned_customer_count', 'now'), ('new_window_dated_count', 'now'),
    ('new_window_closed_count', 'now'), ('new_window_amount', 'now'),
    ('new_window_won_days', 'now'),
] -%}
{%- set least_won_count = int_var('minimum_group_size') -%}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }} where not is_complete),

year_lengths as (

    select
        period_kind,
        least(count(*), max(case period_kind when 'week' then 52 when 'month' then 12 else 4 end))
            as period_count
    from {{ ref('int_reporting_periods_listed') }}
    where is_complete
    group by period_kind

),

limits as (select * from {{ ref('int_plan_lead_limits_estimated') }}),

stages as (

    select
        *,
        'entered_' || stage as entry_measure,
        max(case when planning_node = 'lead' then stage_order end) over () as lead_order,
        max(case when planning_node = 'win' then stage_order end) over () as win_order
    from {{ ref('lifecycle_stages') }}
    where not is_exit

),

parts as (select * from {{ ref('int_forecast_inputs_collected') }}),

forecast_inputs as (

    select
        {%- for name, part, condition in inputs %}
        {{ as_double(
            "coalesce(sum(case when parts.part = '" ~ part ~ "' and " ~ condition
            ~ " then parts.total end), 0)"
        ) }} as {{ name }},
        {%- endfor %}
        parts.period_kind,
        parts.period_start,
        parts.funnel
    from parts
    left join stages on parts.measure = stages.entry_measure
    group by parts.period_kind, parts.period_start, parts.funnel

),

planned_inputs as (

    select
        forecast_inputs.*,
        periods.is_started,
        {{ as_double('periods.next_day_number - periods.first_day_number') }}
        / {{ days_between('periods.starts_at', 'periods.next_starts_at') }} as left_rate,
        {{ as_double('periods.next_day_number') }}
        / {{ days_between('periods.starts_at', 'periods.next_starts_at') }} as ahead_ratio,
        {{ as_double('coalesce(year_lengths.period_count, 1)') }} as year_period_count,
        limits.funnel is not null as has_plan
    from forecast_inputs
    inner join periods
        on
            forecast_inputs.period_kind = periods.period_kind
            and forecast_inputs.period_start = periods.period_start
    left join year_lengths on forecast_inputs.period_kind = year_lengths.period_kind
    left join limits on forecast_inputs.funnel = limits.funnel

),

yearly_ratios as (

    -- Closed opportunities and days per win: the whole company's where a funnel has few wins.
    select
        *,
        {%- for ratio, total, count in [
            ('closed_per_win', 'year_closed_count', 'year_won_count'),
            ('days_per_win', 'year_won_days', 'year_dated_won_count'),
        ] %}
        case
            when {{ count }} >= {{ least_won_count }} then {{ total }} / {{ count }}
            else
                sum({{ total }}) over (partition by period_kind, period_start)
                / nullif(sum({{ count }}) over (partition by period_kind, period_start), 0)
        end as {{ ratio }},
        {%- endfor %}
        now_new_open_amount / greatest(now_new_open_count, 1) as average_open_amount
    from planned_inputs

),

open_changes as (

    -- How many more opportunities will be open: those created less those closed.
    select
        *,
        before_opportunity_count - before_win_count * closed_per_win as change_before,
        expected_opportunity_count - expected_win_count * closed_per_win as change_within
    from yearly_ratios

),

funnel_totals as (

    select
        open_changes.period_kind,
        open_changes.period_start,
        open_changes.funnel,
        stages.entry_measure as measure,
        coalesce(sum(parts.total), 0) as total
    from open_changes
    cross join stages
    left join parts
        on
            open_changes.period_kind = parts.period_kind
            and open_changes.period_start = parts.period_start
            and open_changes.funnel = parts.funnel
            and stages.entry_measure = parts.measure
            and parts.part in ('so_far', 'expected')
    where
        open_changes.has_plan and stages.stage_order between stages.lead_order and stages.win_order
    group by
        open_changes.period_kind, open_changes.period_start,
        open_changes.funnel, stages.entry_measure
    {%- for measure, needs_plan, formula in formulas %}
    union all
    select
        period_kind,
        period_start,
        funnel,
        '{{ measure }}' as measure,
        {{ formula }} as total
    from open_changes
    {{ 'where has_plan' if needs_plan }}
    {%- endfor %}
    {%- for name, part in lasting_measures %}
    union all
    select
        parts.period_kind,
        parts.period_start,
        parts.funnel,
        '{{ name }}' as measure,
        sum(case
            when parts.measure = '{{ name }}' and parts.part = '{{ part }}' then parts.total else 0
        end) / max(case
            when '{{ part }}' = 'last_year' then coalesce(year_lengths.period_count, 1) else 1
        end) as total
    from parts
    left join year_lengths on parts.period_kind = year_lengths.period_kind
    group by parts.period_kind, parts.period_start, parts.funnel
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
    from funnel_totals
    where total is not null
    group by period_kind, period_start, {{ 'funnel, ' if loop.first }}measure
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from int_forecast_totals_estimated
