{# The key of the row of dim_owners that stands for no owner, so that a join to it loses no rows. #}
{% macro no_owner_key() -%}
    cast(0 as bigint)
{%- endmacro %}
