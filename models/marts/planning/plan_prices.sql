{# Grain: one row a funnel, segment and sample: how many leads it brings lately, and what its
   wins are worth. #}
with

journeys as (select * from {{ ref('fct_journeys') }}),

samples as ({{ plan_sample_spine() }}),

placed as (

    select
        funnel,
        {{ plan_segment() }} as segment,
        {{ sample_group() }} as sample_group,
        case
            when
                won_amount > 0
                and {{ week_number('customer_at') }} between {{ plan_first_week() }} and -1
                then ln({{ as_double('won_amount') }})
        end as log_price,
        case
            when {{ week_number('lead_at') }} between -{{ int_var('planning_recent_weeks') }} and -1
                then 1
            else 0
        end as is_recent
    from journeys

),

grouped as (

    select
        funnel,
        segment,
        sample_group,
        count(log_price) as win_count,
        sum(is_recent) as lead_count,
        coalesce({{ exact_sum('log_price', 12) }}, 0) as log_sum,
        coalesce({{ exact_sum('log_price * log_price', 12) }}, 0) as square_sum
    from placed
    group by funnel, segment, sample_group

),

sampled as (

    select
        grouped.funnel,
        grouped.segment,
        samples.number as sample_number,
        cast(sum(grouped.win_count) as bigint) as win_count,
        cast(sum(grouped.lead_count) as bigint) as lead_count,
        {{ exact_sum('grouped.log_sum', 12) }} as log_sum,
        {{ exact_sum('grouped.square_sum', 12) }}
        - power({{ exact_sum('grouped.log_sum', 12) }}, 2) / greatest(sum(grouped.win_count), 1)
            as log_squares
    from grouped
    inner join samples on grouped.sample_group != samples.number
    group by grouped.funnel, grouped.segment, samples.number

),

pooled as (

    select
        *,
        {{ exact_sum('log_sum', 12, over='partition by funnel, sample_number') }}
        / nullif(sum(win_count) over (partition by funnel, sample_number), 0) as pool_mean,
        {{ exact_sum('log_squares', 12, over='partition by funnel, sample_number') }}
        / greatest(sum(greatest(win_count - 1, 0)) over (partition by funnel, sample_number), 1)
            as pool_variance,
        {{ as_double('lead_count') }}
        / nullif(sum(lead_count) over (partition by funnel, sample_number), 0) as mix_share
    from sampled

),

shrunk as (

    -- Prices are lognormal; a segment with few wins takes after its funnel, the spread more so.
    select
        *,
        (log_sum + 0.25 * pool_mean) / (win_count + 0.25) as log_mean,
        (log_squares + {{ int_var('planning_prior_wins') }} * pool_variance)
        / (greatest(win_count - 1, 0) + {{ int_var('planning_prior_wins') }}) as log_variance
    from pooled

),

plan_prices as (

    select
        funnel,
        segment,
        sample_number,
        win_count,
        lead_count,
        {{ as_double('lead_count') }} / {{ int_var('planning_recent_weeks') }} as weekly_leads,
        mix_share,
        -- As likely too high as too low, so that the leads it asks for are as likely too few as too
        -- many. (A price right in the mean would ask for too many.)
        exp(log_mean + log_variance / 2) as mean_price,
        exp(2 * log_mean + 2 * log_variance) as mean_square_price
    from shrunk

)

select * from plan_prices
