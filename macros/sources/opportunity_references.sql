{# A query: two opportunities of different systems that are the same, since one names the record of the other; each pair in both orders.
   rows: a CTE with opportunity_key and other_opportunity_key. #}
{% macro opportunity_references(rows) -%}
    select
        opportunity_key,
        other_opportunity_key
    from {{ rows }}
    where other_opportunity_key is not null
    union distinct
    select
        other_opportunity_key as opportunity_key,
        opportunity_key as other_opportunity_key
    from {{ rows }}
    where other_opportunity_key is not null
{%- endmacro %}
