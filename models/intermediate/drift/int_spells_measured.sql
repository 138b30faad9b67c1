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
        series.expected
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
        0 as expected
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
        sum(expected) as expected
    from days
    group by system, stage, monitor, subject, first_seen_date

),

int_spells_measured as (

    select
        spells.system,
        spells.stage,
        spells.definition_version,
        spells.monitor,
        spells.subject,
        spells.kind,
        cast(round(coalesce(summed.observed, spells.observed)) as bigint) as observed_count,
        cast(coalesce(summed.expected, spells.expected) as decimal(18, 2)) as expected_volume,
        cast(
            round(abs(
                coalesce(summed.observed, spells.observed)
                - coalesce(summed.expected, spells.expected)
            )) as bigint
        ) as affected_count,
        spells.first_seen_date,
        spells.last_seen_date
    from spells
    left join summed
        on
            {{ same('spells', 'summed', ['system', 'stage', 'monitor', 'subject',
                'first_seen_date']) }}

)

select * from int_spells_measured
