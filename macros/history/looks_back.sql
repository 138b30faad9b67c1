{# A condition: the history table that is being built has a snapshot later than the cutoff. Such a build looks back, and leaves no
   trace for later builds. #}
{% macro looks_back() -%}
    (select coalesce(max(past.snapshotted_at) > {{ cutoff() }}, false) from {{ this }} as past)
{%- endmacro %}
