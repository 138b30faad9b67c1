{# The channel of a row's label; unmapped if the seed lacks the label, null if there is none.
   rows: the table of the row. channels: channels_of_labels() of these rows, left-joined. #}
{% macro channel_of(rows, channels, label='channel_label') -%}
    case
            when {{ rows }}.{{ label }} is not null then coalesce({{ channels }}.channel, 'unmapped')
        end
{%- endmacro %}
