{# Grain: one row per funnel and month ahead. What today's customers are expected to renew and add,
   by how long they have been customers, in proportion to what each of them bought first. #}
{#- Ages are months of 30 days; five years of them are followed. At an age that no customer has
    reached yet, the age one year younger stands in. -#}
{%- set age_days = 30 -%}
{%- set last_age = 60 -%}
{%- set year_of_ages = 12 -%}
{%- set age_then = "floor(" ~ days_between('customers.customer_at', 'lifecycle.entered_at')
    ~ " / " ~ age_days ~ ")" -%}
with

journeys as (select * from {{ ref('fct_journeys') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }} where entered_at is not null),

stages as (select * from {{ ref('lifecycle_stages') }}),

months as (

    select
        *,
        cast(floor((from_day + before_day) / (2 * {{ age_days }})) as bigint) as ages_ahead
    from {{ ref('int_plan_periods_listed') }}
    where not is_total

),

samples as ({{ plan_samples() }}),

ages as ({{ whole_numbers(0, last_age) }}),

first_renewals as (

    select
        lifecycle.journey_key,
        min(lifecycle.entered_at) as renewed_at,
        {{ first_by('lifecycle.amount', 'row(lifecycle.entered_at, lifecycle.entry_number)') }}
            as amount
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where stages.entered_by = 'renewal_won'
    group by lifecycle.journey_key

),

customer_starts as (

    -- A customer whose win is not recorded counts from the first recorded renewal on, which stands
    -- for what was bought first.
    select
        journeys.journey_key,
        journeys.funnel,
        coalesce(journeys.win_at, first_renewals.renewed_at) as customer_at,
        case
            when journeys.win_at is not null then journeys.won_amount
            else first_renewals.amount
        end as bought_amount,
        journeys.win_at is not null as is_win_dated
    from journeys
    left join first_renewals on journeys.journey_key = first_renewals.journey_key
    where journeys.win_at is not null or first_renewals.journey_key is not null

),

customers as (

    -- A first win without an amount counts as one of the mean amount.
    select
        journey_key,
        funnel,
        {{ sample_part('journey_key') }} as sample_part,
        customer_at,
        is_win_dated,
        cast(floor({{ days_between('customer_at', cutoff()) }} / {{ age_days }}) as bigint)
            as customer_age,
        {{ as_double(
            'coalesce(nullif(bought_amount, 0), avg(nullif(bought_amount, 0)) over '
            ~ '(partition by funnel), 1)'
        ) }} as bought_amount
    from customer_starts

),

age_payments as (

    -- What customers of an age renewed and added. At the age that a customer has now, more may
    -- come.
    select
        customers.funnel,
        customers.sample_part,
        cast({{ age_then }} as bigint) as customer_age,
        {{ as_double('sum(lifecycle.amount)') }} as later_revenue,
        {{ as_double(
            "sum(case when stages.entered_by = 'renewal_won' then lifecycle.amount else 0 end)"
        ) }} as renewal_revenue,
        {{ exact_sum(
            as_double('lifecycle.amount') ~ ' * ' ~ as_double('lifecycle.amount'), 4
        ) }} as squared_revenue
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    inner join customers on lifecycle.journey_key = customers.journey_key
    where
        stages.entered_by in ('renewal_won', 'expansion_won')
        and lifecycle.amount > 0
        and lifecycle.entered_at >= customers.customer_at
        and (customers.is_win_dated or lifecycle.entered_at > customers.customer_at)
        and {{ age_then }} < customers.customer_age
    group by customers.funnel, customers.sample_part, cast({{ age_then }} as bigint)

),

age_customers as (

    -- Customers that were observed for the whole of an age.
    select
        customers.funnel,
        customers.sample_part,
        ages.number as customer_age,
        sum(customers.bought_amount) as bought_amount,
        sum(customers.bought_amount * customers.bought_amount) as squared_amount
    from customers
    inner join ages on customers.customer_age > ages.number
    group by customers.funnel, customers.sample_part, ages.number

),

age_ratios as (

    -- Per unit that customers of the age bought; who has churned counts, without payments.
    select
        observed.funnel,
        samples.number as sample_number,
        observed.customer_age,
        coalesce({{ exact_sum('payments.later_revenue') }}, 0)
        / {{ exact_sum('observed.bought_amount') }} as later_revenue,
        coalesce({{ exact_sum('payments.renewal_revenue') }}, 0)
        / {{ exact_sum('observed.bought_amount') }} as renewal_revenue,
        coalesce({{ exact_sum('payments.squared_revenue', 4) }}, 0)
        / {{ exact_sum('observed.squared_amount', 4) }} as squared_revenue
    from age_customers as observed
    inner join samples on observed.sample_part != samples.number
    left join age_payments as payments
        on
            observed.funnel = payments.funnel
            and observed.sample_part = payments.sample_part
            and observed.customer_age = payments.customer_age
    group by observed.funnel, samples.number, observed.customer_age

),

oldest_ages as (

    select
        funnel,
        max(customer_age) as customer_age
    from age_ratios
    group by funnel

),

customer_ages as (

    select
        funnel,
        customer_age,
        {{ exact_sum('bought_amount') }} as bought_amount,
        {{ exact_sum('bought_amount * bought_amount', 4) }} as squared_amount
    from customers
    group by funnel, customer_age

),

customer_months as (

    -- Today's customers at the age that they have in the month.
    select
        months.funnel,
        months.period_start,
        customers.bought_amount,
        customers.squared_amount,
        (months.before_day - greatest(months.from_day, 0)) / {{ age_days }} as age_count,
        case
            when customers.customer_age + months.ages_ahead <= oldest_ages.customer_age
                then customers.customer_age + months.ages_ahead
            else greatest(customers.customer_age + months.ages_ahead - {{ year_of_ages }}, 0)
        end as customer_age
    from months
    inner join customer_ages as customers on months.funnel = customers.funnel
    inner join oldest_ages on months.funnel = oldest_ages.funnel

),

month_samples as (

    select
        customers.funnel,
        customers.period_start,
        ratios.sample_number,
        {{ exact_sum('customers.bought_amount * customers.age_count * ratios.later_revenue') }}
            as later_revenue,
        {{ exact_sum('customers.bought_amount * customers.age_count * ratios.renewal_revenue') }}
            as renewal_revenue,
        {{ exact_sum(
            'customers.squared_amount * customers.age_count * ratios.squared_revenue', 4
        ) }} as luck_variance
    from customer_months as customers
    inner join age_ratios as ratios
        on
            customers.funnel = ratios.funnel
            and customers.customer_age = ratios.customer_age
    group by customers.funnel, customers.period_start, ratios.sample_number

),

month_estimates as (

    select
        funnel,
        period_start,
        max(case when sample_number = 0 then later_revenue end) as later_revenue,
        max(case when sample_number = 0 then renewal_revenue end) as renewal_revenue,
        sqrt(
            power({{ sample_deviation('later_revenue', 3) }}, 2)
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
