{%- set measures = kpi_measures() -%}
with

kpis as (select * from {{ ref('kpi_list') }}),

measures as (

    select 'entered_' || stage as measure
    from {{ ref('lifecycle_stages') }}
    union all
    select 'bypassed_' || stage as measure
    from {{ ref('lifecycle_stages') }}
    {%- for name in (measures.sums + measures.products) | map('first') | list + measures.others %}
    union all
    select '{{ name }}' as measure
    {%- endfor %}

),

named_measures as (

    {%- for column in ['numerator', 'denominator', 'target', 'case_measure'] %}
    select
        metric,
        '{{ column }}' as column_name,
        {{ column }} as measure
    from kpis
    where {{ column }} is not null or '{{ column }}' = 'numerator'
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    named_measures.metric,
    named_measures.column_name,
    named_measures.measure
from named_measures
left join measures on named_measures.measure = measures.measure
where measures.measure is null
