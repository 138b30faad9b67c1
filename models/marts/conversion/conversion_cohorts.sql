{# Grain: one row per step, funnel, channel, segment and month of entry, from the first month to the
   cutoff's, with zeros: how many entered, converted and were lost, by journey and by account. #}
{%- set first_journey = "row(" ~ or_end('entered_at') ~ ", journey_key)" -%}
{%- set windows = [30, 60, 90, 180] -%}
with

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

account_steps as (

    -- An account enters with its first journey and has the result of its most advanced one.
    select
        account_key,
        step,
        {{ first_by('funnel', first_journey) }} as funnel,
        {{ first_by('channel', first_journey) }} as channel,
        {{ first_by('segment', first_journey) }} as segment,
        case
            when bool_or(step_result = 'converted') then 'converted'
            when bool_or(step_result = 'open') then 'open'
            else 'lost'
        end as step_result,
        min(entered_month) as entered_month
    from journey_steps
    where account_key is not null
    group by account_key, step

),

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
        {%- for days in windows %}
        count(*) filter (where entries.observed_days >= {{ days }}) as eligible_{{ days }}_count,
        count(*) filter (
            where entries.conversion_days < {{ days }} and entries.observed_days >= {{ days }}
        ) as converted_{{ days }}_count,
        {%- endfor %}
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
        {%- for days in windows %}
        eligible_{{ days }}_count,
        converted_{{ days }}_count,
        case
            when {{ add_days('next_month_start', days) }} <= {{ cutoff() }}
                then cast(
                    converted_{{ days }}_count * 1e0 / nullif(eligible_{{ days }}_count, 0)
                    as decimal(9, 6)
                )
        end as within_{{ days }}_rate,
        {%- endfor %}
        cohort_month
    from cohort_counts
    where cohort_month is not null or journey_entered_count > 0

)

select * from conversion_cohorts
