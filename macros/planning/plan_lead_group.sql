{# The column of fct_journeys whose values are the plan's lead groups (var planning_lead_group). #}
{% macro plan_lead_group() -%}
    {%- set column = var('planning_lead_group') | string -%}
    {%- if not modules.re.match('^[a-z_]{1,40}$', column) -%}
        {{ exceptions.raise_compiler_error("The var planning_lead_group is '" ~ column ~ "': it must be a column of fct_journeys.") }}
    {%- endif -%}
    coalesce({{ column }}, 'unknown')
{%- endmacro %}
