{# Grain: one row a funnel, segment, source, sample and week to come: who moves on of those that
   wait at the cutoff. #}
with

waits as (select * from {{ ref('int_plan_life_tables_estimated') }}),

drifts as (select * from {{ ref('int_plan_rate_trends_combined') }}),

rates as (

    {{ moving_rates() }}

),

held as (

    -- Who waits is known, and the same in every sample; how they will move on is not.
    select
        rates.funnel,
        rates.segment,
        rates.step,
        rates.sample_number,
        rates.waited_weeks,
        waits.open_count / rates.still_rate as entry_volume
    from waits
    inner join rates
        on {{ same('waits', 'rates', ['funnel', 'segment', 'step', 'waited_weeks']) }}
    where
        waits.sample_number = 0
        and waits.open_count > 0
        and waits.waited_weeks > 0
        and waits.step != 'awareness'

),

int_plan_waiting_counted as (

    select
        held.funnel,
        held.segment,
        held.step as source,
        held.sample_number,
        rates.waited_weeks - held.waited_weeks as week_number,
        {{ exact_sum(
            'held.entry_volume * rates.advance_rate * '
            ~ drifted('rates.waited_weeks - held.waited_weeks'), 12
        ) }} as entry_volume
    from held
    inner join rates
        on
            {{ same('held', 'rates', ['funnel', 'segment', 'step', 'sample_number']) }}
            and held.waited_weeks <= rates.waited_weeks
            and rates.waited_weeks < held.waited_weeks + {{ int_var('planning_weeks') }}
    group by
        held.funnel, held.segment, held.sample_number, held.step,
        rates.waited_weeks - held.waited_weeks

)

select * from int_plan_waiting_counted
