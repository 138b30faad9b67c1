{# A query: one row per row of a relation and entry of a list that one of its columns holds as text, separated by semicolons.
   relation: the name of a CTE; columns: those to select, too; list: the column with the list. The entry is in the column entry. #}
{% macro list_entries(relation, columns, list) -%}
    {{ return(adapter.dispatch('list_entries', 'revenue_funnel')(relation, columns, list)) }}
{%- endmacro %}

{% macro default__list_entries(relation, columns, list) -%}
    select
        {{ columns | join(',\n        ') }},
        {{ trimmed('entry') }} as entry
    from (
        select
            {{ columns | join(',\n            ') }},
            unnest(string_split({{ list }}, ';')) as entry
        from {{ relation }}
        where {{ list }} is not null
    ) as entries
    where {{ trimmed('entry') }} <> ''
{%- endmacro %}

{% macro postgres__list_entries(relation, columns, list) -%}
    select
        {{ columns | join(',\n        ') }},
        {{ trimmed('entry') }} as entry
    from {{ relation }}
    cross join lateral unnest(string_to_array({{ list }}, ';')) as entries (entry)
    where {{ trimmed('entry') }} <> ''
{%- endmacro %}

{% macro spark__list_entries(relation, columns, list) -%}
    select
        {{ columns | join(',\n        ') }},
        {{ trimmed('entry') }} as entry
    from {{ relation }}
    lateral view explode(split({{ list }}, ';')) entries as entry
    where {{ trimmed('entry') }} <> ''
{%- endmacro %}
