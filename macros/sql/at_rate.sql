{# An amount in the reporting currency, two digits; `rates` is int_exchange_rates_dated, joined by `rate_holds`.
   Both are widened first: two decimals of 18 digits overflow when multiplied, from a million at eight digits of rate on. #}
{% macro at_rate(amount) -%}
    cast(
            round(cast({{ amount }} as decimal(22, 4)) * cast(rates.rate as decimal(16, 8)), 2) as decimal(18, 2)
        )
{%- endmacro %}

{# The condition that joins `rates` to a row: its currency, and the rate in force at a moment (the latest when it has none). #}
{% macro rate_holds(currency, moment) -%}
    {{ currency }} = rates.currency
            and coalesce({{ moment }}, {{ cutoff() }}) >= rates.valid_from
            and coalesce({{ moment }}, {{ cutoff() }}) < rates.valid_to
{%- endmacro %}
