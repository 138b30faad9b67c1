{# Grain: one row per week, month or quarter, KPI, funnel (and all of them), team and owner with a
   target: the target, what has come of the days and funnels that it is for, and what is missing. #}
{%- set measures = kpi_measures() -%}
{%- set rows_with_owners = ['opportunity_periods', 'open_opportunities', 'due_commits'] -%}
{%- set everybody = "targets.team = 'all' and targets.owner_key = " ~ no_owner_key() -%}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

kpis as (select * from {{ ref('kpi_list') }}),

targets as (select * from {{ ref('int_kpi_targets_combined') }}),

kpi_values as (select * from {{ ref('int_kpi_values_aggregated') }}),

owners as (select * from {{ ref('dim_owners') }}),

stages as (

    select * from {{ ref('lifecycle_stages') }}
    where entered_by in ('opportunity_created', 'opportunity_won')

),

lifecycle as (

    select entries.*
    from {{ ref('fct_lifecycle') }} as entries
    inner join stages on entries.stage = stages.stage
    where entries.stage_entry_number = 1 and entries.qualified_at is not null

),

waterfall as (select * from {{ ref('fct_pipeline_waterfall_by_period') }}),

opportunity_periods as (select * from waterfall where basis = 'all_open'),

open_opportunities as (select * from opportunity_periods where closing_count > 0),

due_commits as (select * from waterfall where basis = 'due_in_period' and is_opening_commit),

carriers as (

    -- The teams and owners of opportunities that have a target, with the owners of each.
    select distinct
        targets.team,
        targets.owner_key,
        owners.owner_key as member_key
    from targets
    inner join owners
        on
            targets.owner_key = owners.owner_key
            or (targets.owner_key = {{ no_owner_key() }} and targets.team = owners.team)
    where not ({{ everybody }})

),

owner_sums as (

    select
        lifecycle.latest_opportunity_owner_key as member_key,
        periods.period_kind,
        periods.period_start,
        lifecycle.funnel,
        'entered_' || lifecycle.stage as measure,
        count(*) as total
    from lifecycle
    inner join periods on {{ falls_in('lifecycle.qualified_at', 'periods') }}
    group by
        lifecycle.latest_opportunity_owner_key, periods.period_kind, periods.period_start,
        lifecycle.funnel, lifecycle.stage
    {%- for measure, amount, source, revenue_type in measures.sums if source in rows_with_owners %}
    union all
    select
        owner_key as member_key,
        period_kind,
        period_start,
        funnel,
        '{{ measure }}' as measure,
        sum({{ amount }}) as total
    from {{ source }}
    {%- if revenue_type != 'any' %}
    where revenue_type = '{{ revenue_type }}'
    {%- endif %}
    group by owner_key, period_kind, period_start, funnel
    {%- endfor %}

),

carrier_sums as (

    select
        targets.period_kind,
        targets.period_start,
        targets.metric,
        targets.funnel,
        targets.team,
        targets.owner_key,
        sum(case when sums.measure = kpis.numerator then sums.total else 0 end) as numerator,
        sum(case when sums.measure = kpis.denominator then sums.total else 0 end) as denominator,
        max(case when kpis.denominator is null then 0 else 1 end) = 1 as is_ratio
    from targets
    inner join kpis on targets.metric = kpis.metric
    inner join carriers
        on targets.team = carriers.team and targets.owner_key = carriers.owner_key
    left join owner_sums as sums
        on
            carriers.member_key = sums.member_key
            and targets.period_kind = sums.period_kind
            and targets.period_start = sums.period_start
            and (targets.funnel = 'all' or targets.funnel = sums.funnel)
    group by
        targets.period_kind, targets.period_start, targets.metric, targets.funnel, targets.team,
        targets.owner_key

),

whole_actuals as (

    select
        targets.*,
        case
            when {{ everybody }} then kpi_values.actual
            when kpi_values.status = 'not_recorded' or not periods.is_started then null
            when carrier_sums.is_ratio
                then {{ ratio(
                    'carrier_sums.numerator', 'carrier_sums.denominator', whole_digits=18
                ) }}
            else cast(carrier_sums.numerator as decimal(24, 6))
        end as actual
    from targets
    inner join periods
        on targets.period_kind = periods.period_kind and targets.period_start = periods.period_start
    left join kpi_values
        on
            targets.period_kind = kpi_values.period_kind
            and targets.period_start = kpi_values.period_start
            and targets.metric = kpi_values.metric
            and targets.funnel = kpi_values.funnel
    left join carrier_sums
        on
            targets.period_kind = carrier_sums.period_kind
            and targets.period_start = carrier_sums.period_start
            and targets.metric = carrier_sums.metric
            and targets.funnel = carrier_sums.funnel
            and targets.team = carrier_sums.team
            and targets.owner_key = carrier_sums.owner_key

),

funnel_actuals as (

    -- Of a quarter that has targets for some of its months, what came in those months.
    select
        actuals.period_kind,
        actuals.period_start,
        actuals.metric,
        actuals.funnel,
        actuals.team,
        actuals.owner_key,
        case
            when max(case when actuals.is_part_of_period then 1 else 0 end) = 1
                then sum(month_actuals.actual)
            else max(actuals.actual)
        end as compared_actual
    from whole_actuals as actuals
    inner join periods
        on actuals.period_kind = periods.period_kind and actuals.period_start = periods.period_start
    left join whole_actuals as month_actuals
        on
            case when actuals.is_part_of_period then 'month' end = month_actuals.period_kind
            and cast(month_actuals.period_start as timestamp) >= periods.starts_at
            and cast(month_actuals.period_start as timestamp) < periods.next_starts_at
            and actuals.metric = month_actuals.metric
            and actuals.funnel = month_actuals.funnel
            and actuals.team = month_actuals.team
            and actuals.owner_key = month_actuals.owner_key
    where not actuals.is_sum_of_funnels
    group by
        actuals.period_kind, actuals.period_start, actuals.metric, actuals.funnel, actuals.team,
        actuals.owner_key

),

compared_actuals as (

    select * from funnel_actuals
    union all
    -- Where the company's target is the sum of those of its funnels, what came in those funnels.
    select
        actuals.period_kind,
        actuals.period_start,
        actuals.metric,
        'all' as funnel,
        'all' as team,
        actuals.owner_key,
        sum(actuals.compared_actual) as compared_actual
    from funnel_actuals as actuals
    inner join targets
        on
            actuals.period_kind = targets.period_kind
            and actuals.period_start = targets.period_start
            and actuals.metric = targets.metric
            and targets.is_sum_of_funnels
    where actuals.team = 'all' and actuals.owner_key = {{ no_owner_key() }}
    group by actuals.period_kind, actuals.period_start, actuals.metric, actuals.owner_key

),

target_results as (

    select
        actuals.period_kind,
        actuals.period_start,
        kpis.metric,
        kpis.metric_name,
        kpis.unit,
        coalesce(kpis.owner_team, 'all') as owner_team,
        actuals.funnel,
        actuals.team,
        actuals.owner_key,
        actuals.target,
        actuals.elapsed_target,
        actuals.actual,
        compared.compared_actual,
        case when kpis.is_lower_better then -1 else 1 end
        * (compared.compared_actual - actuals.target) as surplus,
        case when kpis.is_lower_better then -1 else 1 end
        * (compared.compared_actual - actuals.elapsed_target) as elapsed_surplus,
        actuals.target_source,
        kpis.is_lower_better,
        kpis.denominator is null and not kpis.is_balance as is_sum,
        periods.is_started,
        periods.is_complete,
        {{ period_start('year', 'periods.starts_at') }} as year_starts_at
    from whole_actuals as actuals
    inner join kpis on actuals.metric = kpis.metric
    inner join periods
        on actuals.period_kind = periods.period_kind and actuals.period_start = periods.period_start
    inner join compared_actuals as compared
        on
            actuals.period_kind = compared.period_kind
            and actuals.period_start = compared.period_start
            and actuals.metric = compared.metric
            and actuals.funnel = compared.funnel
            and actuals.team = compared.team
            and actuals.owner_key = compared.owner_key

),

carried_results as (

    -- What the earlier periods of the fiscal year lack together is still to be made up for.
    select
        *,
        case
            when is_sum and not is_lower_better then greatest(-coalesce(sum(
                case when is_complete then surplus else 0 end
            ) over (
                partition by period_kind, metric, funnel, team, owner_key, year_starts_at
                order by period_start
                rows between unbounded preceding and 1 preceding
            ), 0), 0)
        end as carried_value
    from target_results

),

kpi_targets_by_period as (

    select
        owner_key,
        period_kind,
        period_start,
        {{ period_name('period_kind', 'period_start') }} as period_name,
        funnel,
        team,
        metric,
        metric_name,
        unit,
        owner_team,
        target_source,
        case
            when not is_started then 'not_started'
            when compared_actual is null then 'unknown'
            when is_complete and surplus >= 0 then 'met'
            when is_complete then 'missed'
            when elapsed_surplus >= 0 then 'on_pace'
            else 'behind'
        end as target_status,
        target,
        elapsed_target,
        actual,
        cast(compared_actual as decimal(24, 6)) as compared_actual,
        case
            when is_lower_better
                then {{ ratio('elapsed_target', 'compared_actual', whole_digits=18) }}
            else {{ ratio('compared_actual', 'target', whole_digits=18) }}
        end as attainment_ratio,
        case
            when is_lower_better
                then {{ ratio('elapsed_target', 'compared_actual', whole_digits=18) }}
            else {{ ratio('compared_actual', 'elapsed_target', whole_digits=18) }}
        end as pace_ratio,
        cast(case
            when not is_started then target
            when surplus < 0 then -surplus
            when surplus >= 0 then 0
        end as decimal(24, 6)) as gap_to_target_value,
        cast(carried_value as decimal(24, 6)) as carried_value,
        cast(target + carried_value as decimal(24, 6)) as target_with_carried,
        is_lower_better,
        coalesce(actual != compared_actual, false) as is_target_partial,
        funnel = 'all' as is_total,
        is_sum
        and period_kind = 'month'
        and team = 'all'
        and owner_key = {{ no_owner_key() }}
        and (funnel = 'all') = (metric = 'spend') as is_additive,
        is_complete
    from carried_results

)

select * from kpi_targets_by_period
