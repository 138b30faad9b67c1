{# Grain: one row a spell of labels given against several rules: the rule that keeps out most of
   those who were given more than usual in the two weeks up to its first day, if one does. #}
{%- set spell = ['system', 'stage', 'definition_version', 'monitor', 'first_seen_date'] -%}

with

monitors as (

    select * from {{ ref('drift_monitors') }}
    where keeps_out = 'any' and not by_channel and from_points is null

),

spells as (

    select * from {{ ref('int_spells_measured') }}
    where monitor in (select monitors.monitor from monitors)

),

counted as (select * from {{ ref('int_chances_counted') }} where not is_defined),

cells as (select * from {{ ref('int_chances_expected') }} where not is_defined),

exceeded as (

    select
        {% for column in spell %}spells.{{ column }},
        {% endfor -%}
        counted.blamed_rule,
        sum(counted.odd_count - counted.chance_count * cells.odd_rate) as excess
    from spells
    inner join counted
        on
            {{ same('spells', 'counted', ['system', 'stage', 'definition_version']) }}
            and spells.first_seen_date >= counted.chance_date
            and cast(
                {{ add_days('cast(spells.first_seen_date as timestamp)', -14) }} as date
            ) < counted.chance_date
    inner join cells
        on
            {{ same('counted', 'cells', ['system', 'stage', 'definition_version', 'blamed_rule',
                'points']) }}
    group by
        {% for column in spell %}spells.{{ column }},
        {% endfor -%}
        counted.blamed_rule

),

ranked as (

    select
        *,
        sum(case when excess > 0 then excess else 0 end)
            over (partition by {{ spell | join(', ') }}) as whole_excess
    from exceeded

),

int_spells_ruled as (

    select
        {{ spell | join(',\n        ') }},
        blamed_rule as rule
    from ranked
    where excess > 0.5 * whole_excess and blamed_rule != 'several'

)

select * from int_spells_ruled
