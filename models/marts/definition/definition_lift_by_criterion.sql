{# Grain: one row per version (in force, or a draft), stage and criterion: a rule, a band of the
   score, or a kind of touch. How much more often the journeys that met it won than those that did
   not, alone and among journeys that are alike in the other rules. #}
with

results as (select * from {{ ref('int_journey_criteria_evaluated') }}),

drafts as (select * from {{ ref('int_evaluation_versions_dated') }} where is_draft),

rules as (select * from {{ ref('int_required_rules_listed') }}),

kinds as (select * from {{ ref('evidence_kinds') }}),

bands as (

    select
        definition_version,
        stage,
        least_points,
        lag(least_points) over (partition by definition_version, stage order by least_points)
            as lower_least_points
    from results
    where least_points is not null
    group by definition_version, stage, least_points

),

compared_results as (

    select
        definition_version,
        stage,
        case when criterion_kind = 'score' then 'rule' else criterion_kind end as criterion_kind,
        criterion,
        cast(null as bigint) as least_points,
        stratum,
        is_met,
        has_win,
        won_amount
    from results
    union all
    -- Each band of the score against the band below it.
    select
        results.definition_version,
        results.stage,
        'score_band' as criterion_kind,
        results.criterion,
        bands.least_points,
        results.stratum,
        results.least_points = bands.least_points as is_met,
        results.has_win,
        results.won_amount
    from results
    inner join bands
        on
            results.definition_version = bands.definition_version
            and results.stage = bands.stage
            and results.least_points in (bands.least_points, bands.lower_least_points)

),

{% set keys = 'definition_version, stage, criterion_kind, criterion, least_points' -%}
stratum_counts as (

    select
        {{ keys }},
        stratum,
        count(*) filter (where is_met) as met_count,
        count(*) filter (where is_met and has_win) as met_win_count,
        count(*) filter (where not is_met) as unmet_count,
        count(*) filter (where not is_met and has_win) as unmet_win_count,
        sum(case when is_met then won_amount else 0 end) as met_amount,
        sum(case when is_met then 0 else won_amount end) as unmet_amount
    from compared_results
    group by {{ keys }}, stratum

),

tables_of_four as (

    -- All journeys as one table, and one table per stratum.
    select
        {{ keys }},
        true as is_whole,
        sum(met_count) as met_count,
        sum(met_win_count) as met_win_count,
        sum(unmet_count) as unmet_count,
        sum(unmet_win_count) as unmet_win_count,
        sum(met_count + unmet_count) as journey_count,
        sum(met_amount) as met_amount,
        sum(unmet_amount) as unmet_amount
    from stratum_counts
    group by {{ keys }}
    union all
    select
        {{ keys }},
        false as is_whole,
        met_count,
        met_win_count,
        unmet_count,
        unmet_win_count,
        met_count + unmet_count as journey_count,
        0 as met_amount,
        0 as unmet_amount
    from stratum_counts

),

ratio_parts as (

    -- The ratio of Mantel and Haenszel, its variance by Greenland and Robins (1985). Of one table
    -- it is the plain ratio, with the interval of Katz (1978).
    select
        {{ keys }},
        {{ key_of(keys.split(', ')[:4] + ['coalesce(least_points, -1)']) }} as criterion_key,
        is_whole,
        cast(sum(met_count) as bigint) as met_count,
        cast(sum(met_win_count) as bigint) as met_win_count,
        cast(sum(unmet_count) as bigint) as unmet_count,
        cast(sum(unmet_win_count) as bigint) as unmet_win_count,
        sum(met_amount) as met_amount,
        sum(unmet_amount) as unmet_amount,
        {{ exact_sum('1.0 * met_win_count * unmet_count / journey_count', 12) }} as met_part,
        {{ exact_sum('1.0 * unmet_win_count * met_count / journey_count', 12) }} as unmet_part,
        {{ exact_sum(
            '((met_win_count + unmet_win_count) * 1.0 * met_count * unmet_count / journey_count '
            ~ '- 1.0 * met_win_count * unmet_win_count) / journey_count', 12
        ) }} as variance_part
    from tables_of_four
    group by {{ keys }}, is_whole

),

lifts as (

    select
        *,
        met_part / nullif(unmet_part, 0) as lift,
        exp(1.959964 * sqrt(variance_part / nullif(met_part * unmet_part, 0))) as spread
    from ratio_parts

),

definition_lift_by_criterion as (

    select
        alone.definition_version,
        alone.stage,
        alone.criterion_kind,
        alone.criterion,
        alone.least_points as band_lowest_score,
        coalesce(rules.meaning, kinds.meaning) as meaning,
        case
            when alone.met_count = 0 or alone.unmet_count = 0 then 'nobody_to_compare'
            when
                alone.spread is null
                or least(
                    alone.met_count, alone.unmet_count, alone.met_win_count + alone.unmet_win_count
                ) < {{ int_var('minimum_group_size') }}
                then 'too_few'
            when alone.lift / alone.spread > 1 then 'wins_more'
            when alone.lift * alone.spread < 1 then 'wins_less'
            else 'cannot_tell'
        end as worth_status,
        alone.met_count,
        alone.met_win_count,
        alone.unmet_count,
        alone.unmet_win_count,
        {{ ratio('alone.met_win_count', 'alone.met_count') }} as met_win_rate,
        {{ ratio('alone.unmet_win_count', 'alone.unmet_count') }} as unmet_win_rate,
        cast(alone.met_amount / nullif(alone.met_count, 0) as decimal(18, 2)) as met_value_amount,
        cast(alone.unmet_amount / nullif(alone.unmet_count, 0) as decimal(18, 2))
            as unmet_value_amount,
        cast(alone.lift as decimal(18, 6)) as lift_ratio,
        cast(alone.lift / alone.spread as decimal(18, 6)) as lower_lift_ratio,
        cast(alone.lift * alone.spread as decimal(18, 6)) as upper_lift_ratio,
        cast(alike.lift as decimal(18, 6)) as adjusted_lift_ratio,
        cast(alike.lift / alike.spread as decimal(18, 6)) as lower_adjusted_lift_ratio,
        cast(alike.lift * alike.spread as decimal(18, 6)) as upper_adjusted_lift_ratio,
        case
            when alone.criterion_kind = 'score_band' and alone.unmet_count > 0
                then alone.lift >= 1 or alone.unmet_win_count = 0
        end as is_win_rate_rising,
        drafts.definition_version is not null as is_draft
    from lifts as alone
    inner join lifts as alike
        on alone.criterion_key = alike.criterion_key and not alike.is_whole
    left join drafts on alone.definition_version = drafts.definition_version
    left join rules
        on
            alone.definition_version = rules.definition_version
            and alone.stage = rules.stage
            and alone.criterion = rules.rule
    left join kinds on alone.criterion = kinds.kind and alone.criterion_kind = 'touch_kind'
    where alone.is_whole

)

select * from definition_lift_by_criterion
