{# Stops the build with the sentences that a query returns, one per row. For a post-hook: it runs after the model, not when compiled. #}
{% macro stop_if(query) -%}
    {%- set faults = run_query(query) -%}
    {%- if faults | length -%}
        {{ exceptions.raise_compiler_error(faults.columns[0].values() | join('\n  ')) }}
    {%- endif -%}
{%- endmacro %}
