{# Stops the build with the sentences that a query gives, one row each. For a post-hook: it runs when the model does, not when it is compiled. #}
{% macro stop_if(query) -%}
    {%- set found = run_query(query) -%}
    {%- if found | length -%}
        {{ exceptions.raise_compiler_error(found.columns[0].values() | join('\n  ')) }}
    {%- endif -%}
{%- endmacro %}
