{# A query: every week, month and quarter that an interval of time touches: period_kind, period_start, next_period_start. #}
{% macro period_spine(from_moment, before_moment) -%}
    {{ return(adapter.dispatch('period_spine', 'revenue_funnel')(from_moment, before_moment)) }}
{%- endmacro %}

{% macro default__period_spine(from_moment, before_moment) -%}
    {%- for kind, step in [('week', '7 days'), ('month', '1 month'), ('quarter', '3 months')] %}
    select
        '{{ kind }}' as period_kind,
        {{ kind }}s.period_start,
        {{ kind }}s.period_start + interval '{{ step }}' as next_period_start
    from (
        select unnest(generate_series(
            {{ period_start(kind, from_moment) }},
            {{ before_moment }} - interval 1 microsecond,
            interval '{{ step }}'
        )) as period_start
    ) as {{ kind }}s
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro postgres__period_spine(from_moment, before_moment) -%}
    {%- for kind, step in [('week', '7 days'), ('month', '1 month'), ('quarter', '3 months')] %}
    select
        '{{ kind }}' as period_kind,
        {{ kind }}s.period_start,
        {{ kind }}s.period_start + interval '{{ step }}' as next_period_start
    from generate_series(
        {{ period_start(kind, from_moment) }},
        {{ before_moment }} - interval '1 microsecond',
        interval '{{ step }}'
    ) as {{ kind }}s (period_start)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro spark__period_spine(from_moment, before_moment) -%}
    {%- for kind, step in [('week', "'7' day"), ('month', "'1' month"), ('quarter', "'3' month")] %}
    select
        '{{ kind }}' as period_kind,
        {{ kind }}s.period_start,
        {{ kind }}s.period_start + interval {{ step }} as next_period_start
    from (
        select
            {{ period_start(kind, from_moment) }} as first_start,
            {{ before_moment }} - interval '0.000001' second as last_moment
    ) as bounds
    lateral view explode(
        case when last_moment >= first_start then sequence(first_start, last_moment, interval {{ step }}) end
    ) {{ kind }}s as period_start
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
