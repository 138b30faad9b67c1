{# A CRM's word for the type of a deal as new, renewal or expansion; a word that says neither of the latter is new business. #}
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
