{# The reason code of a row, or unknown_currency if its currency has no rate.
   rows: the CTE of the row. currencies: those of the seed exchange_rates, left-joined. #}
{% macro unknown_currency(rows, currencies) -%}
    coalesce({{ rows }}.reason_code, case when {{ currencies }}.currency is null then 'unknown_currency' end)
{%- endmacro %}
