{# Whether a group has too few cases for a ratio or an average of its own (var minimum_group_size); a missing count is none. #}
{% macro is_too_few(case_count) -%}
    coalesce({{ case_count }}, 0) < {{ int_var('minimum_group_size') }}
{%- endmacro %}
