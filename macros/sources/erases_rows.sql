{# A condition: the row is of a table in the var erasing_tables, and its system still provides touches. #}
{% macro erases_rows() -%}
    {%- set conditions = [] -%}
    {%- for name in var('erasing_tables') -%}
        {%- set system, point, table = (name | string).partition('.') -%}
        {%- set named = (graph.get('sources', {}).values() if execute else []) | selectattr('source_name', 'equalto', connector_of(system)) | map(attribute='name') | list -%}
        {%- if not table or (named and table not in named) -%}
            {{ exceptions.raise_compiler_error("The var erasing_tables names '" ~ name ~ "': write a table that touches are read from, as in salesforce.campaign_member.") }}
        {%- endif -%}
        {%- if 'touches' in var('systems').get(system, []) -%}
            {%- do conditions.append(
                'system = ' ~ text_literal(system, 'A name in the var erasing_tables')
                ~ ' and source_table = ' ~ text_literal(table, 'A name in the var erasing_tables')
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    ({{ conditions | join(' or ') or '1 = 0' }})
{%- endmacro %}
