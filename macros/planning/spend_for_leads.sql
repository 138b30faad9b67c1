{# The spend for a number of leads, given the cost of the leads of the last weeks: if the elasticity is below 1, each further lead costs more.
   Null from 10^15 on: so much growth no spend buys, and the amount would not fit. #}
{% macro spend_for_leads(leads, recent_weekly_leads, lead_cost, elasticity) -%}
    {%- set growth = leads ~ ' / ' ~ recent_weekly_leads -%}
    {%- set spend = lead_cost ~ ' * ' ~ recent_weekly_leads ~ ' * power(' ~ growth ~ ', 1 / ' ~ elasticity ~ ')' -%}
    case when {{ spend }} < 1e15 then {{ as_amount(spend) }} end
{%- endmacro %}
