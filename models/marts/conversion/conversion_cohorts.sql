{# Grain: one row per step, funnel, channel, segment and month of entry, from the first month to the
   cutoff's, with zeros: how many entered, converted and were lost, by journey and by account. #}
with

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

account_steps as (select * from {{ ref('int_account_steps_aggregated') }}),

months as (

    {{ month_spine('(select min(entered_at) from journey_steps)', cutoff()) }}
    union all
    select
        null as month_start,
        null as next_month_start

),

combinations as (
    select distinct
        step,
        funnel,
        channel,
        segment
    from journey_steps
),

cohorts as (

    select
        combinations.step,
        combinations.funnel,
        combinations.channel,
        combinations.segment,
        cast(months.month_start as date) as cohort_month,
        months.next_month_start
    from combinations
    cross join months

),

cohort_entries as (

    select
        'journey' as unit,
        step,
        funnel,
        channel,
        segment,
        step_result,
        case when step_result = 'converted' then waited_days end as conversion_days,
        case when has_all_dates then observed_days end as observed_days,
        is_inferred,
        is_qualified,
        is_qualified and is_conversion_qualified as is_qualified_conversion,
        entered_month
    from journey_steps
    union all
    select
        'account' as unit,
        step,
        funnel,
        channel,
        segment,
        step_result,
        null as conversion_days,
        null as observed_days,
        false as is_inferred,
        false as is_qualified,
        false as is_qualified_conversion,
        entered_month
    from account_steps

),

cohort_counts as (

    select
        cohorts.step,
        cohorts.funnel,
        cohorts.channel,
        cohorts.segment,
        count(*) filter (where entries.unit = 'journey') as journey_entered_count,
        count(*) filter (where entries.unit = 'journey' and entries.step_result = 'converted')
            as journey_converted_count,
        count(*) filter (
            where entries.unit = 'journey' and entries.step_result in ('lost', 'returned')
        ) as journey_lost_or_returned_count,
        count(*) filter (where entries.unit = 'journey' and entries.step_result = 'open')
            as journey_open_count,
        count(*) filter (where entries.is_qualified) as qualified_entered_count,
        count(*) filter (where entries.is_qualified_conversion) as qualified_converted_count,
        count(*) filter (where entries.unit = 'account') as account_entered_count,
        count(*) filter (where entries.unit = 'account' and entries.step_result = 'converted')
            as account_converted_count,
        count(*) filter (
            where entries.unit = 'account' and entries.step_result in ('lost', 'returned')
        ) as account_lost_or_returned_count,
        count(*) filter (where entries.unit = 'account' and entries.step_result = 'open')
            as account_open_count,
        count(*) filter (where entries.is_inferred) as inferred_count,
        count(*) filter (where entries.observed_days >= 30) as eligible_30_count,
        count(*) filter (where entries.conversion_days < 30 and entries.observed_days >= 30)
            as converted_30_count,
        count(*) filter (where entries.observed_days >= 60) as eligible_60_count,
        count(*) filter (where entries.conversion_days < 60 and entries.observed_days >= 60)
            as converted_60_count,
        count(*) filter (where entries.observed_days >= 90) as eligible_90_count,
        count(*) filter (where entries.conversion_days < 90 and entries.observed_days >= 90)
            as converted_90_count,
        count(*) filter (where entries.observed_days >= 180) as eligible_180_count,
        count(*) filter (where entries.conversion_days < 180 and entries.observed_days >= 180)
            as converted_180_count,
        cohorts.cohort_month,
        cohorts.next_month_start
    from cohorts
    left join cohort_entries as entries
        on
            cohorts.step = entries.step
            and cohorts.funnel = entries.funnel
            and cohorts.channel = entries.channel
            and cohorts.segment = entries.segment
            and {{ or_end('cohorts.cohort_month') }} = {{ or_end('entries.entered_month') }}
    group by
        cohorts.step,
        cohorts.funnel,
        cohorts.channel,
        cohorts.segment,
        cohorts.cohort_month,
        cohorts.next_month_start

),

-- A rate within a number of days is given once the whole month is that old.
conversion_cohorts as (

    select
        step,
        funnel,
        channel,
        segment,
        journey_entered_count,
        journey_converted_count,
        journey_lost_or_returned_count,
        journey_open_count,
        cast(journey_converted_count * 1e0 / nullif(journey_entered_count, 0) as decimal(9, 6))
            as journey_raw_rate,
        qualified_entered_count,
        qualified_converted_count,
        cast(qualified_converted_count * 1e0 / nullif(qualified_entered_count, 0) as decimal(9, 6))
            as qualified_raw_rate,
        account_entered_count,
        account_converted_count,
        account_lost_or_returned_count,
        account_open_count,
        cast(account_converted_count * 1e0 / nullif(account_entered_count, 0) as decimal(9, 6))
            as account_raw_rate,
        inferred_count,
        eligible_30_count,
        converted_30_count,
        case
            when {{ add_days('next_month_start', 30) }} <= {{ cutoff() }}
                then cast(converted_30_count * 1e0 / nullif(eligible_30_count, 0) as decimal(9, 6))
        end as within_30_rate,
        eligible_60_count,
        converted_60_count,
        case
            when {{ add_days('next_month_start', 60) }} <= {{ cutoff() }}
                then cast(converted_60_count * 1e0 / nullif(eligible_60_count, 0) as decimal(9, 6))
        end as within_60_rate,
        eligible_90_count,
        converted_90_count,
        case
            when {{ add_days('next_month_start', 90) }} <= {{ cutoff() }}
                then cast(converted_90_count * 1e0 / nullif(eligible_90_count, 0) as decimal(9, 6))
        end as within_90_rate,
        eligible_180_count,
        converted_180_count,
        case
            when {{ add_days('next_month_start', 180) }} <= {{ cutoff() }}
                then cast(
                    converted_180_count * 1e0 / nullif(eligible_180_count, 0) as decimal(9, 6)
                )
        end as within_180_rate,
        cohort_month
    from cohort_counts
    where cohort_month is not null or journey_entered_count > 0

)

select * from conversion_cohorts
