{# A query: the rows of a table that only describes other rows, one per key, so that a join to it never multiplies. The table may
   be absent. changed: the column with the time at which a version of the row began; versions after the cutoff are not used.
   Without it the row that was loaded last is used. any_case: keys that differ only in case are one key. A row that the connector marks as active comes before all others. #}
{% macro read_lookup(system, table, columns, key, changed=none, any_case=false) -%}
    {%- set active = landed_columns(system, table, ['_fivetran_active'], [], true) or {} %}
    {%- set read = dict(columns) %}
    {%- if active %}{% do read.update({'_fivetran_active': 'boolean'}) %}{% endif %}
    {%- set order = ([changed] if changed else []) + ['loaded_at'] %}
    select
        {{ columns | list | join(',\n        ') | lower }}
    from (
        select
            *,
            row_number() over (
                partition by {% for name in key %}{{ 'lower(' ~ name ~ ')' if any_case else name }}{{ ', ' if not loop.last }}{% endfor %}
                order by
                    {% if active %}case when _fivetran_active then 0 else 1 end, {% endif -%}
                    {{ order | join(' desc nulls last, ') }} desc nulls last, {{ columns | list | join(', ') }}
            ) as version_rank
        from ({{ read_source(system, table, read, key=key, optional=true, history=true) }}) as every_version
        where
            coalesce(reason_code, '') <> 'no_key'
            {% if changed %}and coalesce({{ changed }} < {{ utc_time(cutoff()) }}, true){% endif %}
    ) as versions
    where version_rank = 1
{%- endmacro %}
