{# A query: the whole numbers from 1 on, as `position`. #}
{% macro counting_to(last) -%}
    {%- for number in range(1, last + 1) -%}
        select {{ number }} as position {{- ' union all ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
