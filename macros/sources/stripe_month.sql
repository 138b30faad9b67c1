{# What a price comes to in a month: yearly_periods is how often its interval fits into a year. Null where it is beyond 18 digits. #}
{% macro stripe_month(quantity, unit_amount, yearly_periods, interval_count) -%}
    {{ as_decimal(
            quantity ~ ' * ' ~ unit_amount ~ ' * ' ~ yearly_periods
            ~ ' / (12 * ' ~ interval_count ~ ')'
        ) }}
{%- endmacro %}
