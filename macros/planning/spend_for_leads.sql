{# The spend for a number of leads, given the cost of today's leads: if the elasticity is below 1, each further lead costs more.
   Null from 10^15 on: so much growth no spend buys, and the amount would not fit. #}
{% macro spend_for_leads(leads, today_leads, lead_cost, elasticity) -%}
    {%- set growth = leads ~ ' / ' ~ today_leads -%}
    {%- set spend = lead_cost ~ ' * ' ~ today_leads ~ ' * power(' ~ growth ~ ', 1 / ' ~ elasticity ~ ')' -%}
    case when {{ spend }} < 1e15 then {{ as_amount(spend) }} end
{%- endmacro %}
