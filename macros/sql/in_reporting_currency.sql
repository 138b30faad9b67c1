{# An amount times an exchange rate, in the reporting currency, with two digits. Both are widened first: two decimals of 18 digits
   overflow when multiplied, from a million at eight digits of rate on. #}
{% macro in_reporting_currency(amount, rate) -%}
    cast(
            round(cast({{ amount }} as decimal(22, 4)) * cast({{ rate }} as decimal(16, 8)), 2) as decimal(18, 2)
        )
{%- endmacro %}
