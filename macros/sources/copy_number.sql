{# Numbers the staged rows of one key: usable before unusable, those loaded before the cutoff first, of them the one loaded last, of those one
   that is not deleted, ties by content, so that the order of arrival decides nothing. #}
{% macro copy_number(entity, table) -%}
    row_number() over (
            partition by {{ table }}.system, {{ table }}.source_table, {{ table }}.source_key
            order by
                case when {{ table }}.reason_code is null then 0 else 1 end,
                case when {{ table }}.loaded_at >= {{ cutoff() }} then 1 else 0 end,
                {{ table }}.loaded_at desc nulls last,
                {{ table }}.deleted_at nulls first,
                {% for name in shape(entity) %}{{ table }}.{{ name }} nulls last{{ ', ' if not loop.last }}{% endfor %}
        )
{%- endmacro %}
