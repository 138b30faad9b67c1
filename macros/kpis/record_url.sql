{# An expression: the address at which a person opens a record in its system. Null without a base address (var record_addresses) or a
   path (seed source_systems), and where the var publish_records is off. #}
{# system, path, record_id: expressions. #}
{% macro record_url(system, path, record_id) -%}
    {%- set addresses = var('record_addresses') or {} -%}
    {%- if var('publish_records') and addresses -%}
    case {{ system }}
            {%- for name, address in addresses.items() %}
            {%- if not modules.re.match('^https?://[A-Za-z0-9._~:/#?=&%-]+$', address | string) %}
                {{ exceptions.raise_compiler_error("The var record_addresses has '" ~ address ~ "' for " ~ name ~ ": it must be a web address that starts with https://.") }}
            {%- endif %}
            when {{ text_literal(name, 'A system in the var record_addresses') }} then '{{ address.rstrip('/') }}'
            {%- endfor %}
        end || {{ path }} || {{ record_id }}
    {%- else -%} {{ typed_null('text') }}
    {%- endif -%}
{%- endmacro %}
