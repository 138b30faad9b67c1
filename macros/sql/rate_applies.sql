{# The condition that joins a row of int_exchange_rates_dated, under the name `rates`, to a currency and a moment: the rate in force
   then, or the latest one where the moment is null. #}
{% macro rate_applies(rates, currency, moment) -%}
    {{ currency }} = {{ rates }}.currency
            and coalesce({{ moment }}, {{ cutoff() }}) >= {{ rates }}.valid_from
            and coalesce({{ moment }}, {{ cutoff() }}) < {{ rates }}.valid_to
{%- endmacro %}
