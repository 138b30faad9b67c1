{# The company that a Stripe customer is elsewhere, as its metadata says under the keys of the var stripe_company_keys:
   part 'system' gives the system, part 'record_id' the id there. #}
{% macro stripe_company(system, metadata, part) -%}
    case
            {%- for key, named in var('stripe_company_keys').items() %}
            {%- do text_literal(key, 'A key in the var stripe_company_keys') %}
            {%- set record_id = json_value(metadata, key) %}
            when {{ record_id }} is not null
                then {{ record_id if part == 'record_id' else text_literal(partner_of(system, named), 'A system in the var stripe_company_keys') }}
            {%- endfor %}
        end
{%- endmacro %}
