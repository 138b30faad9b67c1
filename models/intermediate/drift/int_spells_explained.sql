{# Grain: one row a spell of alarms of one family, named by what surprised most on its first day;
   without those that a cause known by then already explains. #}
{%- set spell = ['system', 'stage', 'definition_version', 'family', 'spell_number'] -%}

with

alarms as (select * from {{ ref('int_alarms_spelled') }}),

ranked as (

    select
        *,
        min(signal_date) over (partition by {{ spell | join(', ') }}) as first_seen_date,
        max(signal_date) over (partition by {{ spell | join(', ') }}) as last_seen_date,
        row_number() over (
            partition by {{ spell | join(', ') }}
            order by
                signal_date, case when window_days = 0 then 1 else 0 end, surprise desc,
                monitor, subject
        ) as place
    from alarms

),

spells as (select * from ranked where place = 1),

explained as (

    -- Labels follow from a score that moved, a label that was renamed, a system that is silent.
    select distinct
        {% for column in spell %}spells.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from spells
    inner join alarms as causes
        on
            spells.system = causes.system
            and causes.signal_date <= spells.first_seen_date
            and {{ add_days('cast(causes.signal_date as timestamp)', int_var('drift_quiet_days')) }}
            >= cast(spells.first_seen_date as timestamp)
            and (
                causes.kind in ('unknown_label', 'missing_data')
                or (causes.kind = 'score_recalibrated' and causes.stage = spells.stage)
            )
    where spells.family in ('given', 'withheld') or spells.kind = 'vanished_label'

),

int_spells_explained as (

    select
        spells.system,
        spells.stage,
        spells.definition_version,
        spells.monitor,
        spells.subject,
        case
            when spells.kind = 'conformance' and spells.window_days not in (1, 3, 7) then 'creep'
            else spells.kind
        end as kind,
        spells.source,
        spells.window_days,
        spells.observed,
        spells.expected,
        spells.first_seen_date,
        spells.last_seen_date
    from spells
    left join explained on {{ same('spells', 'explained', spell) }}
    where explained.system is null

)

select * from int_spells_explained
