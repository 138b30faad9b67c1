{# For an analysis: the record of a person that --vars names, as a condition. Asks the warehouse whether it is there. #}
{% macro chosen_record(records) -%}
    {%- set system, record_id = var('system', ''), var('record_id', '') | string -%}
    {%- if not record_id -%} {{ return('false') }} {%- endif -%}
    {%- set chosen = 'system = ' ~ text_literal(system, 'The var system') ~ ' and record_id = ' ~ text_literal(record_id, 'The var record_id') -%}
    {%- if execute and not run_query('select 1 as found from (' ~ records ~ ') as records where ' ~ chosen) | length -%}
        {%- set examples = [] -%}
        {%- for row in run_query('select system, min(record_id) as record_id from (' ~ records ~ ') as records group by system order by system').rows -%}
            {%- do examples.append('{system: ' ~ row[0] ~ ', record_id: "' ~ row[1] ~ '"}') -%}
        {%- endfor -%}
        {{- exceptions.raise_compiler_error(
            "No record of a person that can be used has the system '" ~ system ~ "' and the id '" ~ record_id ~ "'. One of each system that has some: "
            ~ examples | join(', ') ~ ". Why a record cannot be used stands in marts.quarantine."
        ) -}}
    {%- endif -%}
    {{ return(chosen) }}
{%- endmacro %}
