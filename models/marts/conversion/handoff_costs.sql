{# Grain: one row per step and result of the handoff that may have cost something. What these
   handoffs yielded less than comparable ones that were accepted in time, with an interval. #}
{%- set scale = plan_part_count() ~ ' / (' ~ plan_part_count() ~ ' - 1e0)' -%}
with

handoffs as (

    select
        *,
        {{ sample_part('journey_key') }} as sample_part,
        won_amount + expected_amount as won_and_expected_amount
    from {{ ref('handoffs') }}

),

samples as ({{ whole_numbers(0, plan_part_count()) }}),

handoff_groups as (

    -- Each handoff that was accepted in time is comparable in two ways (see benchmark_source).
    select
        step,
        'funnel_score_channel' as benchmark_source,
        funnel,
        band_lowest_score,
        channel,
        handoff_result,
        sample_part,
        won_and_expected_amount
    from handoffs
    where handoff_result = 'accepted_in_time'
    union all
    select
        step,
        'funnel_score' as benchmark_source,
        funnel,
        band_lowest_score,
        'all' as channel,
        handoff_result,
        sample_part,
        won_and_expected_amount
    from handoffs
    where handoff_result = 'accepted_in_time'
    union all
    select
        step,
        benchmark_source,
        funnel,
        band_lowest_score,
        case benchmark_source when 'funnel_score' then 'all' else channel end as channel,
        handoff_result,
        sample_part,
        won_and_expected_amount
    from handoffs
    where forgone_amount is not null

),

sample_groups as (

    -- Sample 0 has all handoffs; samples 1 to 20 leave out a twentieth of the journeys each.
    select
        groups.step,
        groups.benchmark_source,
        groups.funnel,
        groups.band_lowest_score,
        groups.channel,
        groups.handoff_result,
        samples.number as sample_number,
        count(*) as handoff_count,
        sum(groups.won_and_expected_amount) as won_and_expected_amount
    from handoff_groups as groups
    inner join samples on groups.sample_part != samples.number
    group by
        groups.step, groups.benchmark_source, groups.funnel, groups.band_lowest_score,
        groups.channel, groups.handoff_result, samples.number

),

sample_costs as (

    -- What a sample leaves out is made up for, so that all samples are of one size.
    select
        compared.step,
        compared.handoff_result,
        compared.sample_number,
        sum(compared.handoff_count) as compared_count,
        sum(compared.won_and_expected_amount) as won_and_expected_amount,
        {{ exact_sum(
            'compared.handoff_count * comparable.won_and_expected_amount / comparable.handoff_count
            - compared.won_and_expected_amount', 6
        ) }}
        * case when compared.sample_number > 0 then {{ scale }} else 1 end as cost
    from sample_groups as compared
    inner join sample_groups as comparable
        on
            compared.step = comparable.step
            and compared.benchmark_source = comparable.benchmark_source
            and compared.funnel = comparable.funnel
            and compared.band_lowest_score is not distinct from comparable.band_lowest_score
            and compared.channel = comparable.channel
            and compared.sample_number = comparable.sample_number
            and comparable.handoff_result = 'accepted_in_time'
    where compared.handoff_result != 'accepted_in_time'
    group by compared.step, compared.handoff_result, compared.sample_number

),

cost_estimates as (

    select
        step,
        handoff_result,
        max(case when sample_number = 0 then compared_count end) as compared_count,
        max(case when sample_number = 0 then won_and_expected_amount end)
            as won_and_expected_amount,
        max(case when sample_number = 0 then cost end) as cost,
        {{ sample_deviation('cost', 2) }} as deviation
    from sample_costs
    group by step, handoff_result

),

result_counts as (

    select
        step,
        from_team,
        handoff_result,
        count(*) as handoff_count
    from handoffs
    where handoff_result in ('accepted_late', 'rejected', 'recycled', 'never_worked')
    group by step, from_team, handoff_result

),

cost_intervals as (

    -- With fewer handoffs compared, neither the cost nor its interval says anything.
    select
        counts.step,
        counts.from_team,
        counts.handoff_result,
        counts.handoff_count,
        coalesce(estimates.compared_count, 0) as compared_count,
        coalesce(estimates.compared_count >= {{ int_var('minimum_group_size') }}, false)
            as has_enough,
        estimates.won_and_expected_amount,
        estimates.cost,
        estimates.cost - {{ t_quantile(95) }} * estimates.deviation as low_95_cost,
        estimates.cost + {{ t_quantile(95) }} * estimates.deviation as high_95_cost
    from result_counts as counts
    left join cost_estimates as estimates
        on counts.step = estimates.step and counts.handoff_result = estimates.handoff_result

),

handoff_costs as (

    select
        step,
        from_team,
        handoff_result,
        case when has_enough then 'ok' else 'too_few' end as status,
        case
            when not has_enough then null
            when low_95_cost > 0 and handoff_result = 'accepted_late' then 'cost'
            when low_95_cost > 0 then 'at_most'
            when high_95_cost < 0 then 'selection'
            else 'unclear'
        end as finding,
        cast(handoff_count as bigint) as handoff_count,
        cast(compared_count as bigint) as compared_count,
        case when has_enough then {{ as_amount('won_and_expected_amount') }} end
            as won_and_expected_amount,
        case when has_enough then {{ as_amount('cost') }} end as forgone_amount,
        case when has_enough then {{ as_amount('low_95_cost') }} end as low_95_forgone_amount,
        case when has_enough then {{ as_amount('high_95_cost') }} end as high_95_forgone_amount
    from cost_intervals

)

select * from handoff_costs
