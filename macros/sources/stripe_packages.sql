{# How many units of its price a row of part_items pays for: its quantity, or that in packages of several. #}
{% macro stripe_packages(items) -%}
    cast(
                            case
                                when {{ items }}.is_whole_amount or coalesce({{ items }}.package_size, 1) = 1
                                    then {{ items }}.quantity_then
                                when {{ items }}.is_package_rounded_up
                                    then ceil({{ as_double(items ~ '.quantity_then') }} / {{ items }}.package_size)
                                else floor({{ as_double(items ~ '.quantity_then') }} / {{ items }}.package_size)
                            end as bigint
                        )
{%- endmacro %}
