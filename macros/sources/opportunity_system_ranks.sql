{# A query: the systems that provide opportunities, in the order of the var opportunity_systems, then in that of the var systems.
   Of an opportunity that two of them have, the record of the first counts. #}
{% macro opportunity_system_ranks() -%}
    {%- set ordered = [] -%}
    {%- for system in var('opportunity_systems') + (var('systems') | list) if system not in ordered -%}
        {%- if 'opportunities' in var('systems').get(system, []) %}{% do ordered.append(system) %}{% endif -%}
    {%- endfor -%}
    {%- for system in ordered %}
    select
        {{ text_literal(system, 'An entry of the var opportunity_systems') }} as system,
        {{ loop.index }} as system_rank
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {{ typed_null('text') }} as system,
        0 as system_rank
    where false
    {%- endfor %}
{%- endmacro %}
