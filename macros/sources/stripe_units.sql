{# A Stripe amount in units of its currency. minor_unit_digits is ISO's; Stripe writes a few currencies in another way. #}
{% macro stripe_units(amount, currency, minor_unit_digits) -%}
    cast(
            {{ amount }} / case
                when upper({{ currency }}) in ('ISK', 'UGX') then 100
                when upper({{ currency }}) = 'MGA' then 1
                when {{ minor_unit_digits }} = 0 then 1
                when {{ minor_unit_digits }} = 3 then 1000
                else 100
            end as decimal(18, 4)
        )
{%- endmacro %}
