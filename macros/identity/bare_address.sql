{# The address in a text of plain letters: between angle brackets if there are any, without mailto: and without signs around it. #}
{% macro bare_address(text) -%}
    nullif(
            trim(trailing '.,:' from trim(both ' ()[]''' from replace(
                case
                    when {{ text }} like '%<%@%' then split_part(split_part({{ text }}, '<', 2), '>', 1)
                    else {{ text }}
                end, 'mailto:', ''
            ))), ''
        )
{%- endmacro %}
