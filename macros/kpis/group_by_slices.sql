{# One pass that counts the whole company, and each funnel, channel, segment and quarter of entry. #}
{% macro group_by_slices(columns) -%}
    {%- set keys = columns | join(', ') -%}
    group by grouping sets (
        ({{ keys }}),
        {%- for slice in ['funnel', 'channel', 'segment', 'entered_quarter'] %}
        ({{ keys }}, {{ slice }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
