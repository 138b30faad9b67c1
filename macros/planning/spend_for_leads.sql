{# The spend for a number of leads, given the cost of today's leads: if the elasticity is below 1, each further lead costs more. #}
{% macro spend_for_leads(leads, today_leads, lead_cost, elasticity) -%}
    {%- set growth = leads ~ ' / ' ~ today_leads -%}
    {{ as_amount(lead_cost ~ ' * ' ~ today_leads ~ ' * power(' ~ growth ~ ', 1 / ' ~ elasticity ~ ')') }}
{%- endmacro %}
