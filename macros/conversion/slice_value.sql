{# The funnel, channel, segment or quarter of entry of a row of the table `rows`, chosen by the
   column `slice_name`; 'all' for the whole company. #}
{% macro slice_value(slice_name, rows) -%}
    {%- set quarter = 'cast(' ~ rows ~ '.entered_quarter as ' ~ dbt.type_string() ~ ')' -%}
    case {{ slice_name }}
            when 'funnel' then {{ rows }}.funnel
            when 'channel' then {{ rows }}.channel
            when 'segment' then {{ rows }}.segment
            when 'quarter' then coalesce({{ quarter }}, 'undated')
            else 'all'
        end
{%- endmacro %}
