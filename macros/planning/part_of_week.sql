{# How much of an arrival falls into the week its place begins in (halves.number 0), and how much into the next (1). #}
{% macro part_of_week() -%}
    case
            when halves.number = 0 then 1 - (shifted.week_place - floor(shifted.week_place))
            else shifted.week_place - floor(shifted.week_place)
        end
{%- endmacro %}
