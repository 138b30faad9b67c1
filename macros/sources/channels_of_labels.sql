{# A query: the channel of each system and label that the rows have, by the seed channel_labels. The most exact row of the seed counts:
   the whole label before the part in front of ' / ', and with equal labels the system's own before one for any system.
   rows: name of the CTE or relation, with the columns system and label. #}
{% macro channels_of_labels(rows, label='channel_label') -%}
    select
        row_labels.system,
        row_labels.label,
        {{ first_by(
            'channel_labels.channel',
            "row(channel_labels.label <> lower(row_labels.label), channel_labels.system = 'any')"
        ) }} as channel
    from (select distinct system, {{ label }} as label from {{ rows }}) as row_labels
    inner join {{ seed_by_system(ref('channel_labels'), 'channel_labels') }}
        on
            channel_labels.system in (row_labels.system, 'any')
            and channel_labels.label in (
                lower(row_labels.label), split_part(lower(row_labels.label), ' / ', 1)
            )
    group by row_labels.system, row_labels.label
{%- endmacro %}
