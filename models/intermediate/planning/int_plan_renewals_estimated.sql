{# Grain: one row per funnel and month ahead. What today's customers are expected to renew: what
   others did who, at a past moment, had last signed as long ago, in proportion to what each had
   signed for. So who has just renewed is not expected to renew again, and who is due is. They are
   expected to add what the funnel's customers do in any month. #}
{#- Moments, ages and windows are months of 30 days. Moments of five years are looked at, 14 windows
    hold the weeks ahead; who last signed 14 or more windows ago has hardly any term left. -#}
{%- set month_days = 30 -%}
{%- set last_moment = 60 -%}
{%- set last_age = 14 -%}
with

journeys as (select * from {{ ref('fct_journeys') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

months as (select * from {{ ref('int_plan_targets_listed') }} where not is_total),

samples as ({{ plan_samples() }}),

moments as ({{ whole_numbers(0, last_moment) }}),

windows as ({{ whole_numbers(0, last_age - 1) }}),

customer_events as (

    select
        lifecycle.journey_key,
        stages.entered_by,
        lifecycle.amount,
        {{ days_between('lifecycle.entered_at', cutoff()) }} as days_ago
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where
        stages.entered_by in ('renewal_won', 'expansion_won', 'subscriptions_ended')
        and lifecycle.entered_at is not null

),

signings as (

    -- A first win, or a renewal.
    select
        journey_key,
        won_amount as amount,
        {{ days_between('win_at', cutoff()) }} as days_ago
    from journeys
    where win_at is not null
    union all
    select
        journey_key,
        amount,
        days_ago
    from customer_events
    where entered_by = 'renewal_won'

),

terms as (

    -- From one signing to the next. Without an amount it counts as one of the mean amount.
    select
        signings.journey_key,
        journeys.funnel,
        {{ sample_part('signings.journey_key') }} as sample_part,
        signings.days_ago,
        coalesce(
            lead(signings.days_ago) over (
                partition by signings.journey_key order by signings.days_ago desc
            ),
            0
        ) as next_days_ago,
        {{ as_double(
            'coalesce(nullif(signings.amount, 0), avg(nullif(signings.amount, 0)) over '
            ~ '(partition by journeys.funnel), 1)'
        ) }} as amount
    from signings
    inner join journeys on signings.journey_key = journeys.journey_key

),

terms_left as (

    -- When a customer left before the next signing.
    select
        terms.journey_key,
        terms.days_ago,
        max(events.days_ago) as left_days_ago
    from terms
    inner join customer_events as events on terms.journey_key = events.journey_key
    where
        events.entered_by = 'subscriptions_ended'
        and events.days_ago < terms.days_ago
        and events.days_ago >= terms.next_days_ago
    group by terms.journey_key, terms.days_ago

),

customer_moments as (

    -- Moment 0 is the cutoff.
    select
        terms.journey_key,
        terms.funnel,
        terms.sample_part,
        terms.amount,
        moments.number as moment_number,
        {{ month_days }} * moments.number as moment_days_ago,
        cast(least(
            floor((terms.days_ago - {{ month_days }} * moments.number) / {{ month_days }}),
            {{ last_age }}
        ) as bigint) as age,
        coalesce(terms_left.left_days_ago > {{ month_days }} * moments.number, false) as has_left
    from terms
    inner join moments
        on
            terms.days_ago > {{ month_days }} * moments.number
            and terms.next_days_ago <= {{ month_days }} * moments.number
    left join terms_left
        on terms.journey_key = terms_left.journey_key and terms.days_ago = terms_left.days_ago

),

moment_amounts as (

    select
        funnel,
        sample_part,
        moment_number,
        age,
        has_left,
        {{ exact_sum('amount') }} as amount,
        {{ exact_sum('amount * amount', 4) }} as squared_amount
    from customer_moments
    group by funnel, sample_part, moment_number, age, has_left

),

window_amounts as (

    -- What was signed for by those whose window is over.
    select
        amounts.funnel,
        amounts.sample_part,
        amounts.age,
        amounts.has_left,
        windows.number as window_number,
        {{ exact_sum('amounts.amount') }} as amount,
        {{ exact_sum('amounts.squared_amount', 4) }} as squared_amount
    from moment_amounts as amounts
    inner join windows on amounts.moment_number > windows.number
    group by
        amounts.funnel, amounts.sample_part, amounts.age, amounts.has_left, windows.number

),

payments as (

    select
        customers.funnel,
        customers.sample_part,
        customers.age,
        customers.has_left,
        cast(floor((customers.moment_days_ago - events.days_ago) / {{ month_days }}) as bigint)
            as window_number,
        events.entered_by = 'renewal_won' as is_renewal,
        {{ as_double('events.amount') }} as amount
    from customer_moments as customers
    inner join customer_events as events
        on
            customers.journey_key = events.journey_key
            and customers.moment_days_ago >= events.days_ago
    where
        events.entered_by in ('renewal_won', 'expansion_won')
        and events.amount > 0
        and customers.moment_number > 0

),

window_payments as (

    select
        funnel,
        sample_part,
        age,
        has_left,
        window_number,
        {{ exact_sum('case when is_renewal then amount else 0 end') }} as renewals,
        {{ exact_sum('case when is_renewal then 0 else amount end') }} as expansions,
        {{ exact_sum('case when is_renewal then amount * amount else 0 end', 4) }}
            as squared_renewals,
        {{ exact_sum('case when is_renewal then 0 else amount * amount end', 4) }}
            as squared_expansions
    from payments
    group by funnel, sample_part, age, has_left, window_number

),

window_sums as (

    select
        amounts.funnel,
        amounts.age,
        amounts.has_left,
        amounts.window_number,
        samples.number as sample_number,
        {{ exact_sum('amounts.amount') }} as amount,
        {{ exact_sum('amounts.squared_amount', 4) }} as squared_amount,
        coalesce({{ exact_sum('payments.renewals') }}, 0) as renewals,
        coalesce({{ exact_sum('payments.expansions') }}, 0) as expansions,
        coalesce({{ exact_sum('payments.squared_renewals', 4) }}, 0) as squared_renewals,
        coalesce({{ exact_sum('payments.squared_expansions', 4) }}, 0) as squared_expansions
    from window_amounts as amounts
    inner join samples on amounts.sample_part != samples.number
    left join window_payments as payments
        on
            amounts.funnel = payments.funnel
            and amounts.sample_part = payments.sample_part
            and amounts.age = payments.age
            and amounts.has_left = payments.has_left
            and amounts.window_number = payments.window_number
    group by
        amounts.funnel, amounts.age, amounts.has_left, amounts.window_number, samples.number

),

usual_ratios as (

    -- What the funnel's customers did in any month; of renewals, where nobody was seen for as long.
    select
        funnel,
        has_left,
        sample_number,
        {{ exact_sum('renewals') }} / nullif({{ exact_sum('amount') }}, 0) as renewal_ratio,
        {{ exact_sum('expansions') }} / nullif({{ exact_sum('amount') }}, 0) as expansion_ratio,
        {{ exact_sum('squared_renewals', 4) }} / nullif({{ exact_sum('squared_amount', 4) }}, 0)
            as squared_renewal_ratio,
        {{ exact_sum('squared_expansions', 4) }} / nullif({{ exact_sum('squared_amount', 4) }}, 0)
            as squared_expansion_ratio
    from window_sums
    where window_number = 0
    group by funnel, has_left, sample_number

),

month_customers as (

    -- Today's customers, and how much of each window ahead is in the month.
    select
        months.funnel,
        months.period_start,
        customers.age,
        customers.has_left,
        windows.number as window_number,
        (
            least(months.end_offset_days, {{ month_days }} * (windows.number + 1))
            - greatest(months.start_offset_days, {{ month_days }} * windows.number)
        ) / {{ month_days }}.0 as window_share,
        {{ exact_sum('customers.amount') }} as amount,
        {{ exact_sum('customers.squared_amount', 4) }} as squared_amount
    from months
    inner join moment_amounts as customers
        on months.funnel = customers.funnel and customers.moment_number = 0
    inner join windows
        on
            months.end_offset_days > {{ month_days }} * windows.number
            and months.start_offset_days < {{ month_days }} * (windows.number + 1)
    group by
        months.funnel, months.period_start, months.start_offset_days, months.end_offset_days,
        customers.age, customers.has_left, windows.number

),

month_samples as (

    select
        customers.funnel,
        customers.period_start,
        usual_ratios.sample_number,
        {{ exact_sum(
            'customers.amount * customers.window_share'
            ~ ' * coalesce(sums.renewals / nullif(sums.amount, 0), usual_ratios.renewal_ratio)'
        ) }} as renewal_revenue,
        {{ exact_sum(
            'customers.amount * customers.window_share * usual_ratios.expansion_ratio'
        ) }} as expansion_revenue,
        {{ exact_sum(
            'customers.squared_amount * customers.window_share'
            ~ ' * (coalesce(sums.squared_renewals / nullif(sums.squared_amount, 0),'
            ~ ' usual_ratios.squared_renewal_ratio) + usual_ratios.squared_expansion_ratio)', 4
        ) }} as luck_variance
    from month_customers as customers
    inner join usual_ratios
        on customers.funnel = usual_ratios.funnel and customers.has_left = usual_ratios.has_left
    left join window_sums as sums
        on
            customers.funnel = sums.funnel
            and customers.age = sums.age
            and customers.has_left = sums.has_left
            and customers.window_number = sums.window_number
            and usual_ratios.sample_number = sums.sample_number
    group by customers.funnel, customers.period_start, usual_ratios.sample_number

),

month_estimates as (

    select
        funnel,
        period_start,
        max(case when sample_number = 0 then renewal_revenue + expansion_revenue end)
            as later_revenue,
        max(case when sample_number = 0 then renewal_revenue end) as renewal_revenue,
        sqrt(
            power({{ sample_deviation('renewal_revenue + expansion_revenue', 3) }}, 2)
            + max(case when sample_number = 0 then luck_variance end)
        ) as deviation
    from month_samples
    group by funnel, period_start

),

int_plan_renewals_estimated as (

    select
        funnel,
        period_start,
        {{ as_amount('later_revenue') }} as expected_amount,
        {{ as_amount('renewal_revenue') }} as expected_renewal_amount,
        {{ interval_low_amount('later_revenue', 'deviation', 80) }} as low_80_expected_amount,
        {{ interval_high_amount('later_revenue', 'deviation', 80) }} as high_80_expected_amount,
        {{ interval_low_amount('later_revenue', 'deviation', 95) }} as low_95_expected_amount,
        {{ interval_high_amount('later_revenue', 'deviation', 95) }} as high_95_expected_amount
    from month_estimates

)

select * from int_plan_renewals_estimated
