{# The var largest_identifier, which can't be more than one person may have. #}
{% macro largest_identifier() -%}
    {%- if int_var('largest_identifier') | int > int_var('largest_person') | int -%}
        {{ exceptions.raise_compiler_error(
            "The var largest_identifier is " ~ var('largest_identifier') ~ ": it must be at most largest_person, which is "
            ~ var('largest_person') ~ "."
        ) }}
    {%- endif -%}
    {{ int_var('largest_identifier') }}
{%- endmacro %}
