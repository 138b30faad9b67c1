{# What the journeys of a funnel are told apart by in the plan: a column of fct_journeys, named by the var planning_segment. #}
{% macro plan_segment() -%}
    {%- set column = var('planning_segment') | string -%}
    {%- if not modules.re.match('^[a-z_]{1,40}$', column) -%}
        {{ exceptions.raise_compiler_error("The var planning_segment is '" ~ column ~ "': it must be a column of fct_journeys.") }}
    {%- endif -%}
    coalesce({{ column }}, 'unknown')
{%- endmacro %}
