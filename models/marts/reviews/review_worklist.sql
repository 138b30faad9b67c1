{# Grain: one row a journey for the weekly review to go into: a lead stuck beyond its stage's
   limit, or turned away within the last six weeks. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

weeks as (select * from {{ ref('int_reporting_periods_listed') }} where period_kind = 'week'),

last_weeks as (select starts_at from weeks order by starts_at desc limit 6),

reviewed as (select min(starts_at) as reviewed_from from last_weeks),

limits as (

    select
        max(case when stages.planning_node = 'lead' then stages.stage_order end) as lead_order,
        max(case when stages.planning_node = 'win' then stages.stage_order end) as win_order,
        max(reviewed.reviewed_from) as reviewed_from
    from stages
    cross join reviewed

),

review_worklist as (

    -- Who was turned away stands where they were turned away from.
    select
        lifecycle.journey_key,
        lifecycle.person_key,
        lifecycle.account_key,
        coalesce(lifecycle.opportunity_key, exits.opportunity_key) as opportunity_key,
        lifecycle.owner_key,
        lifecycle.funnel,
        coalesce(lifecycle.first_channel, 'unknown') as channel,
        stages.stage,
        stages.owner_team,
        case when exits.journey_key is null then 'stuck' else 'turned away' end as finding,
        exits.exit_reason,
        lifecycle.amount,
        {{ days_between(
            'lifecycle.entered_at', 'coalesce(exits.entered_at, ' ~ cutoff() ~ ')'
        ) }} as waited_days,
        stages.time_limit_days,
        lifecycle.entered_at,
        exits.entered_at as turned_away_at
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    cross join limits
    left join lifecycle as exits
        on
            lifecycle.journey_key = exits.journey_key
            and exits.entry_number = lifecycle.entry_number + 1
            and exits.is_current
            and lifecycle.outcome = 'exited'
    where
        stages.stage_order >= limits.lead_order
        and stages.stage_order < limits.win_order
        and (
            exits.entered_at >= limits.reviewed_from
            or (
                lifecycle.is_current
                and {{ days_between('lifecycle.entered_at', cutoff()) }} > stages.time_limit_days
            )
        )

)

select * from review_worklist
