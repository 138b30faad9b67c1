{# The system that a company's id comes from, by the form of the id (var zendesk_company_systems). A number begins with no zero, so
   001... is no number, even if it has digits only. #}
{% macro crm_of_id(system, column) -%}
    {%- set systems = var('zendesk_company_systems') -%}
    case
            when {{ column }} is null then null
            when translate({{ column }}, '0123456789', '') = '' and {{ column }} not like '0%' then {{ text_literal(partner_of(system, systems.digits), 'digits in the var zendesk_company_systems') }}
            else {{ text_literal(partner_of(system, systems.other), 'other in the var zendesk_company_systems') }}
        end
{%- endmacro %}
