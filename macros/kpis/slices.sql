{# The rows of a table `slices`: what a table can be cut by, the whole company first. To be cross joined; see slice_value. #}
{% macro slices(names=['all', 'funnel', 'channel', 'segment', 'quarter']) -%}
    {%- for name in names %}
    select '{{ name }}' as slice_name
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
