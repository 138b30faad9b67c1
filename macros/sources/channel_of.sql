{# The channel of a row's label; a channel that nobody has named yet still counts, under a name that shows.
   `channels` (the seed channel_labels) must be left-joined. #}
{% macro channel_of(table) -%}
    case
            when {{ table }}.channel_label is not null then coalesce(channels.channel, 'unmapped')
        end
{%- endmacro %}
