{# Grain: one row per source table that has landed and whose rows a staging model reads, of every
   system. How many rows it has, counted apart from those models, so that a row they lose shows. #}
with

stg_sources__row_counts as (

    {%- for counted in counted_tables() %}
    select
        {{ text_literal(counted.system, 'A name in the var systems') }} as system,
        '{{ counted.table }}' as source_table,
        count(*) as row_count
    from {{ counted.relation }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as system,
        cast(null as {{ dbt.type_string() }}) as source_table,
        cast(null as bigint) as row_count
    where false
    {%- endfor %}

)

select * from stg_sources__row_counts
