{# The reason code of a row, or unknown_reference if a left-joined table does not have the record that the row belongs to.
   rows: the CTE. joined: names of the tables, joined on `key`. optional: a column of the row that may be null. #}
{% macro unknown_reference(joined, rows, key='record_key', optional=none) -%}
    coalesce(
            {{ rows }}.reason_code,
            case
                {%- for name in joined %}
                when {{ name }}.{{ key }} is null
                {%- if optional %} and {{ rows }}.{{ optional }} is not null{% endif %} then 'unknown_reference'
                {%- endfor %}
            end
        )
{%- endmacro %}
