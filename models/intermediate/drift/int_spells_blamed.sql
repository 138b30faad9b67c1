{# Grain: one row a spell of alarms of one family, named by what surprised most on its first day. #}
{%- set spell = 'system, stage, definition_version, family, spell_number' -%}

with

alarms as (select * from {{ ref('int_alarms_spelled') }}),

ranked as (

    select
        *,
        min(signal_date) over (partition by {{ spell }}) as first_seen_date,
        max(signal_date) over (partition by {{ spell }}) as last_seen_date,
        row_number() over (
            partition by {{ spell }}
            order by
                signal_date asc,
                case when window_days = 0 then 1 else 0 end asc,
                surprise desc,
                monitor asc,
                subject asc
        ) as place
    from alarms

),

int_spells_blamed as (

    select
        system,
        stage,
        definition_version,
        monitor,
        subject,
        case
            when kind = 'conformance' and window_days not in (1, 3, 7) then 'creep'
            else kind
        end as kind,
        source,
        observed,
        expected,
        first_seen_date,
        last_seen_date
    from ranked
    where place = 1

)

select * from int_spells_blamed
