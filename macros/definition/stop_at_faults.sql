{# A hook after the model of faults: stops the build, and says each fault in its sentence. #}
{% macro stop_at_faults() -%}
    {%- if execute -%}
        {%- set faults = run_query('select sentence from ' ~ this ~ ' order by sentence').columns[0].values() -%}
        {%- if faults | length > 0 -%}
            {{ exceptions.raise_compiler_error('The lead definition is not in order.\n- ' ~ faults | join('\n- ')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
