{# The reason code of a row, or unknown_currency if the joined table `currencies` (those of the seed exchange_rates) lacks its currency. #}
{% macro unknown_currency(rows) -%}
    coalesce({{ rows }}.reason_code, case when currencies.currency is null then 'unknown_currency' end)
{%- endmacro %}
