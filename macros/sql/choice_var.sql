{# A var that is one of a few words, as that word. #}
{% macro choice_var(name, choices) -%}
    {%- if var(name) not in choices -%}
        {{ exceptions.raise_compiler_error("The var " ~ name ~ " is '" ~ var(name) ~ "': it must be " ~ choices | join(' or ') ~ ".") }}
    {%- endif -%}
    {{ return(var(name)) }}
{%- endmacro %}
