{# What a price comes to in a month: yearly_periods is how often its interval fits into a year. #}
{% macro stripe_month(quantity, unit_amount, yearly_periods, interval_count) -%}
    cast(
            {{ quantity }} * {{ unit_amount }} * {{ yearly_periods }}
            / (12 * {{ interval_count }}) as decimal(18, 4)
        )
{%- endmacro %}
