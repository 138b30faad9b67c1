{# An expression: the status of a row of KPIs. Of several that apply it is the last: ok, partial_period, too_few (fewer cases than the var
   minimum_group_size), source_silent, not_recorded. case_count: none where nothing is divided. #}
{% macro kpi_status(is_recorded, is_silent, is_complete, case_count=none) -%}
    case
            when not {{ is_recorded }} then 'not_recorded'
            when {{ is_silent }} then 'source_silent'
            {%- if case_count is not none %}
            when {{ is_too_few(case_count) }} then 'too_few'
            {%- endif %}
            when not {{ is_complete }} then 'partial_period'
            else 'ok'
        end
{%- endmacro %}
