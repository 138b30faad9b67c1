{# What is wrong with a score, as the rest of a sentence; null where nothing is. Used by int_rules_checked alone. #}
{% macro score_fault() -%}
    case
        when versions.definition_version is null then ' belongs to no version: add the version to lead_definition_versions, or take the score away.'
        when kinds.kind is null then ' is of a kind that evidence_kinds does not have: write one of its kinds.'
        when scores.points is null or scores.points < 1 then ' has no points: write a whole number from 1 on, or take the score away.'
        when count(*) over (partition by scores.definition_version, scores.kind) > 1 then ' stands more than once: keep one.'
    end
{%- endmacro %}
