{# Grain: one row a system, stage, version, monitor of rates or of the score, subject and day: what
   was seen, and what should have been by the reference. #}
{%- set series = 'system, stage, definition_version, monitor, subject' -%}

with

rates as (select * from {{ ref('int_rates_counted') }}),

chances as (select * from {{ ref('int_chances_counted') }} where scored_count > 0),

numbered as (

    select
        *,
        dense_rank() over (partition by {{ series }} order by count_date) as day_number
    from rates

),

usual as (

    select
        *,
        coalesce(sum(case
            when day_number <= {{ int_var('drift_reference_days') }} then bad_count
        end) over (partition by {{ series }}, channel), 0) as usual_bad_count,
        coalesce(sum(case
            when day_number <= {{ int_var('drift_reference_days') }} then all_count
        end) over (partition by {{ series }}, channel), 0) as usual_count
    from numbered

),

expected as (

    select
        *,
        cast((usual_bad_count + 0.1) / (usual_count + 3.0) as decimal(12, 9)) as bad_rate
    from usual

),

scores as (

    select
        system,
        stage,
        definition_version,
        chance_date,
        {{ as_double('sum(scored_count)') }} as scored_count,
        {{ as_double('sum(score_sum)') }} as score_sum,
        {{ as_double('sum(square_sum)') }} as square_sum,
        row_number() over (
            partition by system, stage, definition_version order by chance_date
        ) as day_number
    from chances
    where is_scored
    group by system, stage, definition_version, chance_date

),

usual_scores as (

    select
        system,
        stage,
        definition_version,
        sum(score_sum) / sum(scored_count) as mean_points,
        (sum(square_sum) + 200) / (sum(scored_count) + 2)
        - sum(score_sum) / sum(scored_count) * sum(score_sum) / sum(scored_count) as variance
    from scores
    where day_number <= {{ int_var('drift_reference_days') }}
    group by system, stage, definition_version

),

int_rate_series_summed as (

    select
        {{ series }},
        day_number,
        count_date as series_date,
        sum(all_count) as chance_count,
        {{ as_double('sum(bad_count)') }} as observed,
        {{ as_double('sum(all_count * bad_rate)') }} as expected,
        {{ as_double('sum(all_count * bad_rate * (1 - bad_rate))') }} as variance,
        {{ as_double('sum(all_count * bad_rate)') }} as weight
    from expected
    group by {{ series }}, day_number, count_date
    union all
    select
        scores.system,
        scores.stage,
        scores.definition_version,
        'score_recalibrated' as monitor,
        '' as subject,
        scores.day_number,
        scores.chance_date as series_date,
        scores.scored_count as chance_count,
        scores.score_sum as observed,
        scores.scored_count * usual_scores.mean_points as expected,
        -- Where the two always agreed, one person in a hundred is taken to be ten points off by
        -- chance: records that merge or wait for a sync differ for some days.
        scores.scored_count * greatest(usual_scores.variance, 1) as variance,
        scores.scored_count as weight
    from scores
    inner join usual_scores
        on {{ same('scores', 'usual_scores', ['system', 'stage', 'definition_version']) }}

)

select * from int_rate_series_summed
