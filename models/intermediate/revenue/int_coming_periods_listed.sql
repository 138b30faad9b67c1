{# Grain: one row a week, month or quarter that is not over at the cutoff: the one under way and the
   next. #}
with

kinds as (select distinct period_kind from {{ ref('int_reporting_periods_listed') }}),

spans as (

    -- More than a year back, for the year before.
    {{ period_spine(add_days(cutoff(), -400), add_days(cutoff(), 200)) }}

),

dated as (

    select
        spans.period_kind,
        cast(spans.period_start as date) as period_start,
        cast(lag(spans.period_start) over spans_so_far as date) as prior_start,
        cast(
            case spans.period_kind
                when 'week' then lag(spans.period_start, 52) over spans_so_far
                when 'month' then lag(spans.period_start, 12) over spans_so_far
                else lag(spans.period_start, 4) over spans_so_far
            end as date
        ) as year_before_start,
        spans.period_start as starts_at,
        spans.next_period_start as next_starts_at
    from spans
    inner join kinds on spans.period_kind = kinds.period_kind
    window spans_so_far as (partition by spans.period_kind order by spans.period_start)

),

numbered as (

    select
        *,
        row_number() over (partition by period_kind order by period_start) as period_number
    from dated
    where next_starts_at > {{ cutoff() }}

),

int_coming_periods_listed as (

    select
        period_kind,
        period_number,
        period_start,
        prior_start,
        year_before_start,
        cast(greatest({{ days_from_cutoff('starts_at') }}, 0) as bigint) as from_day_number,
        cast({{ days_from_cutoff('next_starts_at') }} as bigint) as before_day_number,
        starts_at < {{ cutoff() }} as has_begun,
        starts_at,
        next_starts_at
    from numbered
    where period_number <= 2

)

select * from int_coming_periods_listed
