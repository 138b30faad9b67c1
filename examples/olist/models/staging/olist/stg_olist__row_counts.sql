{# Grain: one row per file. #}
with

stg_olist__row_counts as (

    {%- for table in ['marketing_qualified_leads', 'closed_deals', 'sellers', 'order_items'] %}
    select
        '{{ table }}' as source_table,
        count(*) as row_count
    from {{ source('olist', table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from stg_olist__row_counts
