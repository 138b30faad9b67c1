{# Every month that a span of time touches: month_start and next_month_start, timestamps. #}
{% macro month_spine(from_moment, before_moment) -%}
    {{ return(adapter.dispatch('month_spine', 'revenue_funnel')(from_moment, before_moment)) }}
{%- endmacro %}

{% macro default__month_spine(from_moment, before_moment) -%}
    select
        spine.month_start,
        spine.month_start + interval 1 month as next_month_start
    from (
        select unnest(generate_series(
            {{ period_start('month', from_moment) }}, {{ before_moment }} - interval 1 microsecond, interval 1 month
        )) as month_start
    ) as spine
{%- endmacro %}

{% macro postgres__month_spine(from_moment, before_moment) -%}
    select
        spine.month_start,
        spine.month_start + interval '1 month' as next_month_start
    from generate_series(
        {{ period_start('month', from_moment) }}, {{ before_moment }} - interval '1 microsecond', interval '1 month'
    ) as spine (month_start)
{%- endmacro %}

{% macro spark__month_spine(from_moment, before_moment) -%}
    select
        spine.month_start,
        spine.month_start + interval '1' month as next_month_start
    from (
        select
            {{ period_start('month', from_moment) }} as first_start,
            {{ before_moment }} - interval '0.000001' second as last_moment
    ) as bounds
    lateral view explode(
        case when last_moment >= first_start then sequence(first_start, last_moment, interval '1' month) end
    ) spine as month_start
{%- endmacro %}
