{# A double as an amount of money with two digits. #}
{% macro as_amount(number) -%} cast(round(cast({{ number }} as decimal(28, 6)), 2) as decimal(18, 2)) {%- endmacro %}
