{# A query: the links that hold even in a cluster too large to be one human, as node and neighbour. #}
{% macro links_within_pieces() -%}
    select
        links.record_key as node,
        links.other_record_key as neighbour
    from {{ ref('int_records_linked') }} as links
    inner join {{ ref('int_records_clustered') }} as clustered on links.record_key = clustered.record_key
    where clustered.is_held_back and links.link_kind in ('address', 'review')
{%- endmacro %}
