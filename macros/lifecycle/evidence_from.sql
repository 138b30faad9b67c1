{# One kind of evidence in the shape that all evidence has; a column that is not named is null. #}
{% macro evidence_from(
    table, evidence_kind, evidence_key, stage='stage', occurred_at='occurred_at', opportunity_key=none,
    exit_reason=none, amount=none, definition_version=none
) -%}
    select
        journey_key,
        {{ stage }} as stage,
        '{{ evidence_kind }}' as evidence_kind,
        system as evidence_system,
        {{ evidence_key }} as evidence_key,
        {{ opportunity_key or typed_null('bigint') }} as opportunity_key,
        {{ exit_reason or typed_null('text') }} as exit_reason,
        {{ definition_version or typed_null('bigint') }} as definition_version,
        {{ amount or 'cast(null as decimal(18, 2))' }} as amount,
        {{ occurred_at }} as occurred_at
    from {{ table }}
{%- endmacro %}
