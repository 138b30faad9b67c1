{# An owner in Salesforce as the id of a user; null where it is a queue, which is nobody. #}
{% macro salesforce_owner(id) -%}
    case when substr({{ id }}, 1, 3) <> '00G' then {{ salesforce_id(id) }} end
{%- endmacro %}
