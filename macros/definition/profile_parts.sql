{# What a profile's key is made of: every attribute that a rule may ask about, a ? where it is unknown. #}
{% macro profile_parts() -%}
    {%- set parts = [] -%}
    {%- for name in definition_attributes() -%}
        {%- do parts.append("coalesce(cast(" ~ name ~ " as " ~ dbt.type_string() ~ "), '?')") -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}
