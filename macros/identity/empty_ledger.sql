{# A query: the ledger of persons' ids before the first build. #}
{% macro empty_ledger() -%}
    select
        cast(null as bigint) as record_key,
        cast(null as bigint) as person_key,
        cast(null as bigint) as build_number,
        cast(null as boolean) as is_look_back,
        cast(null as timestamp) as noted_at
    where 1 = 0
{%- endmacro %}
