{# The reason of a checked row, or unknown_currency where the joined `currencies` (those of the seed exchange_rates) lack the row's. #}
{% macro unknown_currency(table='checked') -%}
    coalesce({{ table }}.reason_code, case when currencies.currency is null then 'unknown_currency' end)
{%- endmacro %}
