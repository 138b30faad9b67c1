{# A query: companies that are known only as part of another one (merged into it, or one of its further domains), in the columns of
   stg_<system>__companies. rows: name of a CTE with company_record_id, domain, merged_into_record_id, created_at, source_table,
   loaded_at, deleted_at, reason_detail and row_json. #}
{% macro merged_company_rows(rows) -%}
    select
        company_record_id,
        {{ typed_null('text') }} as name,
        false as is_person,
        domain,
        cast(null as bigint) as employees,
        {{ typed_null('text') }} as industry,
        {{ typed_null('text') }} as country,
        {{ typed_null('decimal') }} as yearly_revenue,
        {{ typed_null('text') }} as parent_record_id,
        {{ typed_null('text') }} as crm_system,
        {{ typed_null('text') }} as crm_record_id,
        merged_into_record_id,
        created_at,
        source_table,
        company_record_id as source_key,
        loaded_at,
        deleted_at,
        {{ typed_null('text') }} as reason_code,
        reason_detail,
        row_json
    from {{ rows }}
{%- endmacro %}
