{# An amount in the reporting currency, two digits; `rates` is int_exchange_rates_dated, joined by `rate_holds`.
   Both are widened first: two decimals of 18 digits overflow when multiplied, from a million at eight digits of rate on. #}
{% macro at_rate(amount) -%}
    cast(
            round(cast({{ amount }} as decimal(22, 4)) * cast(rates.rate as decimal(16, 8)), 2) as decimal(18, 2)
        )
{%- endmacro %}
