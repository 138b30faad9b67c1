{# CTEs that give each owner (a person, an account) the value of each attribute that wins at each time, and the system that told it;
   the last is `survivors` (owner_key, <attribute>, <attribute>_system, valid_from, valid_to). An owner is swept moment by moment only
   where something that its records say changed; all others have one spell.
   Needs the CTEs records (owner_key, record_key, system, created_at, <attribute> as it stands), spells (int_attribute_history_combined of
   this entity) and survivorship (the seed's rows of this entity). attributes: {name: type}. #}
{% macro surviving_values(attributes) %}
ranks as (

    select
        system,
        {%- for name in attributes %}
        max(case when attribute = '{{ name }}' then rank end) as {{ name }}_rank{{ ',' if not loop.last }}
        {%- endfor %}
    from survivorship
    group by system

),

turns as (

    select distinct
        records.owner_key,
        spells.valid_from
    from spells
    inner join records on spells.record_key = records.record_key

),

moments as (

    select
        records.*,
        coalesce(turns.valid_from, {{ start_of_time() }}) as valid_from
    from records
    left join turns on records.owner_key = turns.owner_key

),

held as (

    select
        moments.record_key,
        moments.valid_from,
        {%- for name in attributes %}
        max(case when spells.attribute = '{{ name }}' then spells.value end) as {{ name }},
        bool_or(spells.attribute = '{{ name }}') as has_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from moments
    inner join spells
        on
            moments.record_key = spells.record_key
            and moments.valid_from >= spells.valid_from
            and moments.valid_from < spells.valid_to
    group by moments.record_key, moments.valid_from

),

known as (

    select
        moments.owner_key,
        moments.record_key,
        moments.system,
        moments.valid_from,
        {{ or_end('moments.created_at') }} as created_at,
        {%- for name, type in attributes.items() %}
        case
            when held.has_{{ name }} then cast(held.{{ name }} as {{ dbt.type_string() if type == 'text' else type }})
            else moments.{{ name }}
        end as {{ name }},
        coalesce(ranks.{{ name }}_rank, 2147483647) as {{ name }}_rank{{ ',' if not loop.last }}
        {%- endfor %}
    from moments
    left join held
        on
            moments.record_key = held.record_key
            and moments.valid_from = held.valid_from
    left join ranks on moments.system = ranks.system

),

won as (

    select
        owner_key,
        {%- for name in attributes %}
        {%- set order = oldest(name, name ~ '_rank, created_at, record_key') %}
        {{ first_by(name, order) }} as {{ name }},
        {{ first_by('system', order) }} as {{ name }}_system,
        {%- endfor %}
        valid_from
    from known
    group by owner_key, valid_from

),

survivors as (

    select
        *,
        coalesce(
            lead(valid_from) over (partition by owner_key order by valid_from), {{ end_of_time() }}
        ) as valid_to
    from won

)
{%- endmacro %}
