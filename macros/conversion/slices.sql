{# The ways in which a table is cut, one row each, the whole company (`all`) first. To be cross
   joined with the rows of the table; see slice_value. #}
{% macro slices(names=['all', 'funnel', 'channel', 'segment', 'quarter']) -%}
    {%- for name in names %}
    select '{{ name }}' as slice_name
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
