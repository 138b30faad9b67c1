{# The condition that joins `rates` to a row: its currency, and the rate in force at a moment (the latest when it has none). #}
{% macro rate_holds(currency, moment) -%}
    {{ currency }} = rates.currency
            and coalesce({{ moment }}, {{ cutoff() }}) >= rates.valid_from
            and coalesce({{ moment }}, {{ cutoff() }}) < rates.valid_to
{%- endmacro %}
