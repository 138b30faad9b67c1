{# A post-hook of int_definition_faults_listed: stops the build if there is a fault, and lists all of them. #}
{% macro stop_at_faults() -%}
    {%- if execute -%}
        {%- set faults = run_query('select sentence from ' ~ this ~ ' order by sentence').columns[0].values() -%}
        {%- if faults | length > 0 -%}
            {{ exceptions.raise_compiler_error('The lead definition has faults:\n- ' ~ faults | join('\n- ')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
