{# The rows of a table that only describes other rows, one a key, so that a join to it never multiplies. The table may be absent.
   changed: the column that tells when a version of the row began; versions that began after the cutoff are not known yet.
   Without it the row that was loaded last stands. #}
{% macro read_lookup(system, table, columns, key, changed=none) -%}
    {%- set order = ([changed] if changed else []) + ['loaded_at'] %}
    select
        {{ columns | list | join(',\n        ') | lower }}
    from (
        select
            *,
            row_number() over (
                partition by {{ key | join(', ') }}
                order by {{ order | join(' desc nulls last, ') }} desc nulls last, {{ columns | list | join(', ') }}
            ) as version
        from ({{ read_source(system, table, columns, key=key, optional=true, history=true) }}) as every_version
        where
            coalesce(reason_code, '') <> 'no_key'
            {% if changed %}and coalesce({{ changed }} < {{ cutoff() }}, true){% endif %}
    ) as versions
    where version = 1
{%- endmacro %}
