{# The key of the record of another system that a row names in crm_system and crm_record_id. rows: the CTE that has them. #}
{% macro other_record_key(rows) -%}
    {%- set orgs = [] -%}
    {%- for system in instances_of('salesforce') or ['salesforce'] %}{% do orgs.append(text_literal(system, 'A name in the var systems')) %}{% endfor -%}
    {{ key_of([
        rows ~ '.crm_system',
        'case when ' ~ rows ~ '.crm_system in (' ~ orgs | join(', ') ~ ') then ' ~ salesforce_id(rows ~ '.crm_record_id')
        ~ ' else ' ~ rows ~ '.crm_record_id end',
    ]) }}
{%- endmacro %}
