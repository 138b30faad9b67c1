{# Grain: one row per week, month or quarter, basis, and opportunity that was in the pipeline when
   the period began or entered it later. Opening + created + reopened + increased - decreased
   + pulled in - pushed out - won - lost = closing, in each row and so in every sum of rows. #}
with

periods as (

    select
        *,
        cast(next_starts_at as date) as next_period_start
    from {{ ref('int_reporting_periods_listed') }}
    where is_started

),

opportunities as (select * from {{ ref('dim_opportunities') }}),

changes as (select * from {{ ref('fct_opportunity_changes') }}),

sources as (

    select * from {{ ref('int_kpi_sources_evaluated') }}
    where metric = 'pipeline' and channel = 'all'

),

bases as (

    -- All that is open, or only what is expected to close in the period.
    select 'all_open' as basis
    union all
    select 'due_in_period' as basis

),

boundaries as (

    select
        period_kind,
        period_start,
        next_period_start,
        'opening' as boundary,
        period_start as boundary_date
    from periods
    union all
    select
        period_kind,
        period_start,
        next_period_start,
        'closing' as boundary,
        next_period_start as boundary_date
    from periods

),

balances as (

    select
        boundaries.period_kind,
        boundaries.period_start,
        boundaries.boundary,
        bases.basis,
        changes.*
    from changes
    inner join boundaries
        on
            changes.change_date < boundaries.boundary_date
            and {{ or_end('changes.next_change_date') }} >= boundaries.boundary_date
    cross join bases
    where
        changes.outcome = 'open'
        and (bases.basis = 'all_open' or {{ is_due('changes.expected_close_date', 'boundaries') }})

),

changes_of_periods as (

    select
        periods.period_kind,
        periods.period_start,
        bases.basis,
        changes.opportunity_key,
        changes.outcome,
        coalesce(changes.previous_outcome, 'none') as previous_outcome,
        changes.is_final,
        coalesce(changes.amount, 0) as amount,
        coalesce(changes.previous_amount, 0) as previous_amount,
        bases.basis = 'all_open' or {{ is_due('changes.expected_close_date', 'periods') }}
            as is_counted,
        bases.basis = 'all_open'
        or {{ is_due('changes.previous_expected_close_date', 'periods') }} as was_counted
    from changes
    inner join periods
        on
            changes.change_date >= periods.period_start
            and changes.change_date < periods.next_period_start
    cross join bases

),

movements as (

    -- A win counts in the period in which it is won, whenever it was expected. A loss counts where
    -- the opportunity was in the pipeline until then.
    select
        *,
        previous_outcome = 'open' and was_counted as was_in,
        outcome = 'open' and is_counted as is_in,
        outcome = 'won' as is_won,
        outcome = 'lost'
        and case when previous_outcome = 'open' then was_counted else is_counted end as is_lost
    from changes_of_periods

),

movement_sums as (

    select
        period_kind,
        period_start,
        basis,
        opportunity_key,
        sum(case when previous_outcome = 'none' and (is_in or is_won or is_lost) then amount end)
            as created_amount,
        sum(
            case
                when previous_outcome in ('won', 'lost') and (is_in or is_won or is_lost)
                    then amount
            end
        ) as reopened_amount,
        sum(
            case
                when was_in and (is_in or is_won or is_lost)
                    then greatest(amount - previous_amount, 0)
            end
        ) as increased_amount,
        sum(
            case
                when was_in and (is_in or is_won or is_lost)
                    then greatest(previous_amount - amount, 0)
            end
        ) as decreased_amount,
        sum(
            case
                when previous_outcome = 'open' and not was_in and (is_in or is_won) then amount
            end
        ) as pulled_in_amount,
        sum(case when was_in and outcome = 'open' and not is_in then previous_amount end)
            as pushed_out_amount,
        sum(case when is_won then amount end) as won_amount,
        sum(case when is_lost then amount end) as lost_amount,
        count(case when is_won and is_final then 1 end) as won_count,
        count(case when is_lost and is_final then 1 end) as lost_count,
        sum(case when is_final and (is_won or is_lost) then amount end) as closed_amount
    from movements
    where was_in or is_in or is_won or is_lost
    group by period_kind, period_start, basis, opportunity_key

),

opportunity_periods as (

    select
        period_kind,
        period_start,
        basis,
        opportunity_key
    from balances
    where boundary = 'opening'
    union distinct
    select
        period_kind,
        period_start,
        basis,
        opportunity_key
    from movement_sums

),

fct_pipeline_waterfall_by_period as (

    select
        opportunity_periods.opportunity_key,
        opportunities.owner_key,
        opportunity_periods.period_kind,
        opportunity_periods.period_start,
        {{ period_name('opportunity_periods.period_kind', 'opportunity_periods.period_start') }}
            as period_name,
        opportunity_periods.basis,
        opportunities.funnel,
        opportunities.channel,
        opportunities.segment,
        opportunities.revenue_type,
        opening.pipeline_class as opening_pipeline_class,
        opening.forecast_category as opening_forecast_category,
        closing.pipeline_class as closing_pipeline_class,
        closing.forecast_category as closing_forecast_category,
        closing.pipeline_stage_name as closing_stage_name,
        case
            when closing.opportunity_key is not null then 'open'
            when movement_sums.won_amount is not null then 'won'
            when still_open.opportunity_key is null then 'lost'
            else 'pushed_out'
        end as period_result,
        cast(case when opening.opportunity_key is not null then 1 else 0 end as bigint)
            as opening_count,
        coalesce(opening.amount, 0) as opening_amount,
        {%- for part in [
            'created', 'reopened', 'increased', 'decreased', 'pulled_in', 'pushed_out', 'won',
            'lost',
        ] %}
        cast(coalesce(movement_sums.{{ part }}_amount, 0) as decimal(18, 2)) as {{ part }}_amount,
        {%- endfor %}
        -- Until the period ends, what is still open may close in it.
        case
            when
                opportunity_periods.basis = 'due_in_period'
                and still_open.opportunity_key is not null
                and (closing.opportunity_key is null or periods.is_complete)
                then coalesce(opening.amount, 0)
            else 0
        end as slipped_amount,
        cast(case when closing.opportunity_key is not null then 1 else 0 end as bigint)
            as closing_count,
        coalesce(closing.amount, 0) as closing_amount,
        coalesce(movement_sums.won_count, 0) as won_count,
        coalesce(movement_sums.lost_count, 0) as lost_count,
        cast(coalesce(movement_sums.closed_amount, 0) as decimal(18, 2)) as closed_amount,
        case when movement_sums.won_count > 0 then opportunities.cycle_days else 0 end as won_days,
        {{ kpi_status(
            'sources.is_recorded', 'sources.is_silent', 'sources.is_complete'
        ) }} as status,
        -- Where owners say nothing, the stage does.
        coalesce(
            case
                when opening.forecast_category = 'not_recorded' then opening.pipeline_class
                else opening.forecast_category
            end = 'commit', false
        ) as is_opening_commit,
        opportunity_periods.period_kind = 'month' and opportunity_periods.basis = 'all_open'
            as is_additive
    from opportunity_periods
    inner join opportunities
        on opportunity_periods.opportunity_key = opportunities.opportunity_key
    inner join periods
        on
            opportunity_periods.period_kind = periods.period_kind
            and opportunity_periods.period_start = periods.period_start
    inner join sources
        on
            opportunity_periods.period_kind = sources.period_kind
            and opportunity_periods.period_start = sources.period_start
    left join movement_sums
        on
            opportunity_periods.period_kind = movement_sums.period_kind
            and opportunity_periods.period_start = movement_sums.period_start
            and opportunity_periods.basis = movement_sums.basis
            and opportunity_periods.opportunity_key = movement_sums.opportunity_key
    {%- for boundary in ['opening', 'closing'] %}
    left join balances as {{ boundary }}
        on
            opportunity_periods.period_kind = {{ boundary }}.period_kind
            and opportunity_periods.period_start = {{ boundary }}.period_start
            and opportunity_periods.basis = {{ boundary }}.basis
            and opportunity_periods.opportunity_key = {{ boundary }}.opportunity_key
            and {{ boundary }}.boundary = '{{ boundary }}'
    {%- endfor %}
    left join balances as still_open
        on
            opportunity_periods.period_kind = still_open.period_kind
            and opportunity_periods.period_start = still_open.period_start
            and opportunity_periods.opportunity_key = still_open.opportunity_key
            and still_open.basis = 'all_open'
            and still_open.boundary = 'closing'

)

select * from fct_pipeline_waterfall_by_period
