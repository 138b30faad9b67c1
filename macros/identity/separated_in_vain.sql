{# A query: a sentence for each pair that a reviewer separated and that joins still hold together. pieces: the relation of the pieces
   of clusters too large. #}
{% macro separated_in_vain(pieces) -%}
    select overrides.told || ' has no effect: a chain of reviewed joins still holds the two together.'
    from {{ ref('int_overrides_checked') }} as overrides
    inner join {{ ref('int_records_clustered') }} as records on overrides.record_key = records.record_key
    inner join {{ ref('int_records_clustered') }} as others
        on overrides.other_record_key = others.record_key and records.cluster_key = others.cluster_key
    left join {{ pieces }} as pieces on records.record_key = pieces.record_key
    left join {{ pieces }} as other_pieces on others.record_key = other_pieces.record_key
    where
        overrides.decision = 'separate'
        and coalesce(pieces.piece_key, 0) = coalesce(other_pieces.piece_key, 0)
    order by 1
{%- endmacro %}
