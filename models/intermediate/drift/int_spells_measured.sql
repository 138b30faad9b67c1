{# Grain: one row a spell: what was seen in it and what should have been. #}
with

spells as (select * from {{ ref('int_spells_blamed') }}),

series as (select * from {{ ref('int_series_weighed') }}),

integrity as (select * from {{ ref('int_integrity_counted') }}),

days as (

    select
        spells.system,
        spells.stage,
        spells.monitor,
        spells.subject,
        spells.first_seen_date,
        series.observed,
        series.expected,
        series.chance_count
    from spells
    inner join series
        on
            {{ same('spells', 'series', ['system', 'stage', 'definition_version', 'monitor',
                'subject']) }}
            and series.series_date between spells.first_seen_date and spells.last_seen_date
    union all
    select
        spells.system,
        spells.stage,
        spells.monitor,
        spells.subject,
        spells.first_seen_date,
        integrity.bad_count as observed,
        0 as expected,
        integrity.all_count as chance_count
    from spells
    inner join integrity
        on
            spells.system = integrity.system
            and spells.monitor = integrity.signal
            and spells.subject = integrity.subject
            and integrity.count_date between spells.first_seen_date and spells.last_seen_date
    where spells.source in ('count', 'event')

),

summed as (

    select
        system,
        stage,
        monitor,
        subject,
        first_seen_date,
        sum(observed) as observed,
        sum(expected) as expected,
        sum(chance_count) as chance_count
    from days
    group by system, stage, monitor, subject, first_seen_date

),

told as (

    -- Of a score, points a person: what all points add up to says nothing to anybody.
    select
        spells.*,
        case when spells.source = 'score' then summed.chance_count end as scored_count,
        coalesce(summed.observed, spells.observed)
        / case when spells.source = 'score' then summed.chance_count else 1 end as whole_observed,
        coalesce(summed.expected, spells.expected)
        / case when spells.source = 'score' then summed.chance_count else 1 end as whole_expected
    from spells
    left join summed
        on
            {{ same('spells', 'summed', ['system', 'stage', 'monitor', 'subject',
                'first_seen_date']) }}

),

int_spells_measured as (

    select
        system,
        stage,
        definition_version,
        monitor,
        subject,
        kind,
        cast(round(whole_observed) as bigint) as observed_count,
        cast(whole_expected as decimal(18, 2)) as expected_volume,
        cast(
            round(coalesce(scored_count, abs(whole_observed - whole_expected))) as bigint
        ) as affected_count,
        first_seen_date,
        last_seen_date
    from told

)

select * from int_spells_measured
