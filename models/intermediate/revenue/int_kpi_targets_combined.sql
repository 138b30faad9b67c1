{# Grain: one row per week, month or quarter, KPI, funnel (and all of them), team and owner with a
   target: agreed (seeds kpi_targets and targets), or else what the plan in force asked for. #}
{%- set spread = "kpis.denominator is null and not kpis.is_balance" -%}
{%- set in_period = 'cast(' ~ days_between(
    'greatest(spans.starts_at, periods.starts_at)', 'least(spans.ends_at, periods.next_starts_at)'
) ~ ' as decimal(5, 2))' -%}
{%- set elapsed_in_period = 'cast(greatest(' ~ days_between(
    'greatest(spans.starts_at, periods.starts_at)',
    'least(spans.ends_at, periods.next_starts_at, ' ~ cutoff() ~ ')'
) ~ ', 0) as decimal(5, 2))' -%}
{%- set days_in_span = days_between('spans.starts_at', 'spans.ends_at') -%}
with

periods as (select * from {{ ref('int_reporting_periods_listed') }}),

kpis as (select * from {{ ref('kpi_list') }}),

stages as (select * from {{ ref('lifecycle_stages') }} where planning_node is not null),

agreed_targets as (

    select
        metric,
        funnel,
        coalesce(team, 'all') as team,
        case when owner is null then {{ no_owner_key() }} else {{ key_of(['system', 'owner']) }} end
            as owner_key,
        cast(target as decimal(24, 6)) as target,
        cast(period_start as timestamp) as starts_at,
        case period_kind when 'month' then 1 when 'quarter' then 3 else 12 end as month_count
    from {{ ref('kpi_targets') }}
    {%- for target, share in [
        ('target', '1'), ('new_target', 'new_share'), ('expansion_target', 'expansion_share'),
        ('renewal_target', 'renewal_share'),
    ] %}
    union all
    select
        kpis.metric,
        targets.funnel,
        'all' as team,
        {{ no_owner_key() }} as owner_key,
        cast(
            cast(targets.target_amount as decimal(22, 2)) * cast({{ share }} as decimal(9, 6))
            as decimal(24, 6)
        ) as target,
        cast(targets.target_month as timestamp) as starts_at,
        1 as month_count
    from {{ ref('targets') }} as targets
    inner join kpis on kpis.target = '{{ target }}'
    {%- endfor %}

),

target_spans as (

    select
        *,
        {{ add_months('starts_at', 'month_count') }} as ends_at
    from agreed_targets

),

months as (

    {{ month_spine('(select min(starts_at) from target_spans)',
        '(select max(ends_at) from target_spans)') }}

),

ranked_month_targets as (

    -- The target of a month goes before its share of a quarter's, and that before a year's.
    select
        spans.*,
        months.month_start,
        months.next_month_start,
        row_number() over (
            partition by
                spans.metric, spans.funnel, spans.team, spans.owner_key, months.month_start
            order by spans.month_count asc, spans.starts_at desc
        ) as precedence
    from target_spans as spans
    inner join months
        on
            spans.starts_at <= months.month_start
            and spans.ends_at >= months.next_month_start

),

month_targets as (

    select
        ranked.metric,
        ranked.funnel,
        ranked.team,
        ranked.owner_key,
        {{ spread }} as is_spread,
        kpis.is_weekly,
        case
            when {{ spread }}
                then
                    {{ as_double('ranked.target') }}
                    * cast(
                        {{ days_between('ranked.month_start', 'ranked.next_month_start') }}
                        as decimal(5, 2)
                    )
                    / {{ days_between('ranked.starts_at', 'ranked.ends_at') }}
            else {{ as_double('ranked.target') }}
        end as target,
        ranked.month_start as starts_at,
        ranked.next_month_start as ends_at
    from ranked_month_targets as ranked
    inner join kpis on ranked.metric = kpis.metric
    where ranked.precedence = 1

),

period_month_targets as (

    -- What can be added up is spread over its days; anything else holds for the period's last day.
    select
        periods.period_kind,
        periods.period_start,
        spans.metric,
        spans.funnel,
        spans.team,
        spans.owner_key,
        {{ exact_sum(
            'case when spans.is_spread then spans.target * ' ~ in_period ~ ' / ' ~ days_in_span
            ~ ' when spans.ends_at >= periods.next_starts_at then spans.target end', 12
        ) }} as target,
        {{ exact_sum(
            'case when spans.is_spread'
            ~ ' then spans.target * ' ~ elapsed_in_period ~ ' / ' ~ days_in_span
            ~ ' when spans.ends_at >= periods.next_starts_at and periods.is_started'
            ~ ' then spans.target when spans.ends_at >= periods.next_starts_at then 0 end', 12
        ) }} as elapsed_target,
        sum({{ in_period }}) as covered_days,
        max(case when spans.is_spread then 1 else 0 end) = 1 as is_spread
    from month_targets as spans
    inner join periods
        on
            spans.starts_at < periods.next_starts_at
            and spans.ends_at > periods.starts_at
    where spans.is_weekly or periods.period_kind != 'week'
    group by
        periods.period_kind,
        periods.period_start,
        spans.metric,
        spans.funnel,
        spans.team,
        spans.owner_key

),

whole_targets as (

    -- The target that was set for a quarter as a whole goes before the sum of its months.
    select
        periods.period_kind,
        periods.period_start,
        spans.metric,
        spans.funnel,
        spans.team,
        spans.owner_key,
        max(spans.target) as target
    from target_spans as spans
    inner join periods
        on spans.starts_at = periods.starts_at and spans.ends_at = periods.next_starts_at
    group by
        periods.period_kind,
        periods.period_start,
        spans.metric,
        spans.funnel,
        spans.team,
        spans.owner_key

),

agreed_period_targets as (

    -- A part of a week has none: KPIs have no values of single days to compare it with.
    select
        parts.period_kind,
        parts.period_start,
        parts.metric,
        parts.funnel,
        parts.team,
        parts.owner_key,
        coalesce(wholes.target, parts.target) as target,
        case
            when wholes.target is null or not parts.is_spread or parts.target = 0
                then parts.elapsed_target
            else wholes.target * parts.elapsed_target / parts.target
        end as elapsed_target,
        'agreed' as target_source,
        wholes.target is null
        and parts.is_spread
        and parts.covered_days
        < {{ days_between('periods.starts_at', 'periods.next_starts_at') }} as is_part_of_period
    from period_month_targets as parts
    inner join periods
        on parts.period_kind = periods.period_kind and parts.period_start = periods.period_start
    left join whole_targets as wholes
        on
            parts.period_kind = wholes.period_kind
            and parts.period_start = wholes.period_start
            and parts.metric = wholes.metric
            and parts.funnel = wholes.funnel
            and parts.team = wholes.team
            and parts.owner_key = wholes.owner_key
    where
        parts.target is not null
        and (
            parts.period_kind != 'week'
            or parts.covered_days
            >= {{ days_between('periods.starts_at', 'periods.next_starts_at') }}
        )

),

planned_spans as (

    select
        kpis.metric,
        plans.funnel,
        plans.made_date,
        plans.planned_volume,
        cast(greatest(plans.plan_week, plans.made_date) as timestamp) as starts_at,
        {{ add_days(
            'cast(greatest(plans.plan_week, plans.made_date) as timestamp)',
            'coalesce(plans.plan_days, 7)'
        ) }} as ends_at
    from {{ ref('history_plans') }} as plans
    inner join stages on plans.node = stages.planning_node
    inner join kpis on kpis.numerator = 'entered_' || stages.stage and kpis.denominator is null

),

planned_periods as (

    -- By each plan that was made before the period began and reaches to its end.
    select
        periods.period_kind,
        periods.period_start,
        spans.metric,
        spans.funnel,
        spans.made_date,
        {{ exact_sum(
            'spans.planned_volume * ' ~ in_period ~ ' / ' ~ days_in_span, 12
        ) }} as target,
        {{ exact_sum(
            'spans.planned_volume * ' ~ elapsed_in_period ~ ' / ' ~ days_in_span, 12
        ) }} as elapsed_target
    from planned_spans as spans
    inner join periods
        on
            spans.starts_at < periods.next_starts_at
            and spans.ends_at > periods.starts_at
            and cast(spans.made_date as timestamp) <= periods.starts_at
    group by
        periods.period_kind, periods.period_start, spans.metric, spans.funnel, spans.made_date
    having
        sum({{ in_period }})
        >= max({{ days_between('periods.starts_at', 'periods.next_starts_at') }})

),

latest_plans as (

    select
        *,
        row_number() over (
            partition by period_kind, period_start, metric, funnel
            order by made_date desc
        ) as precedence
    from planned_periods

),

funnel_targets as (

    select * from agreed_period_targets
    union all
    select
        plans.period_kind,
        plans.period_start,
        plans.metric,
        plans.funnel,
        'all' as team,
        {{ no_owner_key() }} as owner_key,
        cast(plans.target as decimal(24, 6)) as target,
        cast(plans.elapsed_target as decimal(24, 6)) as elapsed_target,
        'plan' as target_source,
        false as is_part_of_period
    from latest_plans as plans
    left join agreed_period_targets as agreed
        on
            plans.period_kind = agreed.period_kind
            and plans.period_start = agreed.period_start
            and plans.metric = agreed.metric
            and plans.funnel = agreed.funnel
            and agreed.team = 'all'
            and agreed.owner_key = {{ no_owner_key() }}
    where plans.precedence = 1 and agreed.metric is null

),

company_targets as (

    -- Where none is set for the whole company, it is the sum of those of its funnels.
    select
        targets.period_kind,
        targets.period_start,
        targets.metric,
        'all' as funnel,
        'all' as team,
        {{ no_owner_key() }} as owner_key,
        sum(targets.target) as target,
        sum(targets.elapsed_target) as elapsed_target,
        case
            when min(targets.target_source) = max(targets.target_source)
                then min(targets.target_source)
            else 'agreed_and_plan'
        end as target_source,
        max(case when targets.is_part_of_period then 1 else 0 end) = 1 as is_part_of_period
    from funnel_targets as targets
    inner join kpis on targets.metric = kpis.metric and kpis.denominator is null
    left join agreed_period_targets as agreed
        on
            targets.period_kind = agreed.period_kind
            and targets.period_start = agreed.period_start
            and targets.metric = agreed.metric
            and agreed.funnel = 'all'
            and agreed.team = 'all'
            and agreed.owner_key = {{ no_owner_key() }}
    where
        targets.team = 'all'
        and targets.owner_key = {{ no_owner_key() }}
        and agreed.metric is null
    group by targets.period_kind, targets.period_start, targets.metric

),

int_kpi_targets_combined as (

    select
        period_kind,
        period_start,
        metric,
        funnel,
        team,
        owner_key,
        cast({{ double_as_decimal('target', 6) }} as decimal(24, 6)) as target,
        cast({{ double_as_decimal('elapsed_target', 6) }} as decimal(24, 6)) as elapsed_target,
        target_source,
        is_part_of_period,
        false as is_sum_of_funnels
    from funnel_targets
    union all
    select
        period_kind,
        period_start,
        metric,
        funnel,
        team,
        owner_key,
        cast({{ double_as_decimal('target', 6) }} as decimal(24, 6)) as target,
        cast({{ double_as_decimal('elapsed_target', 6) }} as decimal(24, 6)) as elapsed_target,
        target_source,
        is_part_of_period,
        true as is_sum_of_funnels
    from company_targets

)

select * from int_kpi_targets_combined
