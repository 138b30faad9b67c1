{# A CRM's type of an opportunity as new, renewal or expansion; a type that names neither of the latter is new. #}
{% macro opportunity_type(column) -%}
    {%- set letters = "replace(replace(replace(lower(" ~ column ~ "), '-', ''), '_', ''), ' ', '')" -%}
    case
        when lower({{ column }}) like '%renew%' then 'renewal'
        when
            lower({{ column }}) like '%expan%'
            or lower({{ column }}) like '%existing%'
            or {{ letters }} like '%upsell%'
            or {{ letters }} like '%crosssell%'
            or {{ letters }} like '%crosssale%'
            or lower({{ column }}) like '%upgrade%'
            or lower({{ column }}) like '%add%on%'
            then 'expansion'
        else 'new'
    end
{%- endmacro %}
