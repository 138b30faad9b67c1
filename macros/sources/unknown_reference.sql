{# The reason of a checked row, or unknown_reference where a left-joined table did not have what the row belongs to.
   joined: names of tables joined on `key` (record_key unless said). optional: columns that may be empty, one a table. #}
{% macro unknown_reference(joined, table='checked', key='record_key', optional=none) -%}
    coalesce(
            {{ table }}.reason_code,
            case
                {%- for name in joined %}
                when {{ name }}.{{ key }} is null
                {%- if optional %} and {{ table }}.{{ optional }} is not null{% endif %} then 'unknown_reference'
                {%- endfor %}
            end
        )
{%- endmacro %}
