{# A row's currency, or the var default_currency where its system does not say one. #}
{% macro currency_or_default(column) -%} coalesce({{ column }}, {{ text_var('default_currency') }}) {%- endmacro %}

{# The reason of a checked row, or unknown_currency where the joined `currencies` (those of the seed exchange_rates) lack the row's. #}
{% macro unknown_currency(table='checked') -%}
    coalesce({{ table }}.reason_code, case when currencies.currency is null then 'unknown_currency' end)
{%- endmacro %}
