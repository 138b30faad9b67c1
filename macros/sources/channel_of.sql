{# The channel of a row's channel_label; unmapped if the seed lacks the label, null if there is none.
   rows: the table of the row. channels: the seed channel_labels, left-joined. #}
{% macro channel_of(rows, channels) -%}
    case
            when {{ rows }}.channel_label is not null then coalesce({{ channels }}.channel, 'unmapped')
        end
{%- endmacro %}
