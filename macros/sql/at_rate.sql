{# An amount in the reporting currency, two digits; `rates` is int_exchange_rates_dated, joined by `rate_holds`. #}
{% macro at_rate(amount) -%} cast(round({{ amount }} * rates.rate, 2) as decimal(18, 2)) {%- endmacro %}

{# The condition that joins `rates` to a row: its currency, and the rate in force at a moment (the latest when it has none). #}
{% macro rate_holds(currency, moment) -%}
    {{ currency }} = rates.currency
            and coalesce({{ moment }}, {{ cutoff() }}) >= rates.valid_from
            and coalesce({{ moment }}, {{ cutoff() }}) < rates.valid_to
{%- endmacro %}
