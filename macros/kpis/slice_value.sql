{# Which funnel, channel, segment or quarter of entry a row of `table` falls into, by the row of `slices` that it is joined to. #}
{% macro slice_value(table) -%}
    case slices.slice_name
            when 'funnel' then {{ table }}.funnel
            when 'channel' then {{ table }}.channel
            when 'segment' then {{ table }}.segment
            when 'quarter'
                then coalesce(cast({{ table }}.entered_quarter as {{ dbt.type_string() }}), 'undated')
            else 'all'
        end
{%- endmacro %}
