{# What a row grouped by `group_by_slices` is about: the whole company, or one funnel, channel, segment or quarter of entry. #}
{% macro slice_columns() -%}
    {%- set slices = ['funnel', 'channel', 'segment', 'entered_quarter'] -%}
    case
            {%- for slice in slices %}
            when grouping({{ slice }}) = 0 then '{{ slice | replace("entered_", "") }}'
            {%- endfor %}
            else 'all'
        end as slice_name,
        case
            {%- for slice in slices %}
            when grouping({{ slice }}) = 0
                then coalesce(cast({{ slice }} as {{ dbt.type_string() }}), 'undated')
            {%- endfor %}
            else 'all'
        end as slice_value
{%- endmacro %}
