{#- A query: the rows of a model int_<entity>_rows_checked that can be used. The others are in
    quarantine, with the reason. -#}
{% macro usable_rows(checked_rows) -%}
    select * from {{ checked_rows }} where reason_code is null
{%- endmacro %}
