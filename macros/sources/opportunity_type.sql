{# A CRM's type of an opportunity as new, renewal or expansion; a type that names neither of the latter is new. #}
{% macro opportunity_type(column) -%}
    case
        when lower({{ column }}) like '%renew%' then 'renewal'
        when
            lower({{ column }}) like '%expan%'
            or lower({{ column }}) like '%existing%'
            or lower({{ column }}) like '%upsell%'
            or lower({{ column }}) like '%upgrade%'
            or lower({{ column }}) like '%add%on%'
            then 'expansion'
        else 'new'
    end
{%- endmacro %}
