{# Grain: one row a step, funnel, channel, segment and month of entry, from the company's first
   month to the cutoff's, zeros included; entries that nobody dated have no month. #}
{%- set horizons = [30, 60, 90, 180] -%}
{%- set cell = ['step', 'funnel', 'channel', 'segment'] -%}
{%- set cell_columns = cell | join(',\n        ') -%}
{%- set results = {'converted': "'converted'", 'lost': "'lost', 'returned'", 'open': "'open'"} -%}

with

journey_steps as (select * from {{ ref('fct_journey_steps') }}),

account_steps as (select * from {{ ref('int_account_steps_aggregated') }}),

months as (

    {{ month_spine('(select min(entered_at) from journey_steps)', cutoff()) }}
    union all
    select
        null as month_start,
        null as next_month_start

),

combinations as (select distinct {{ cell | join(', ') }} from journey_steps),

cells as (

    select
        combinations.*,
        cast(months.month_start as date) as cohort_month,
        months.next_month_start
    from combinations
    cross join months

),

journeys as (

    select
        {{ cell_columns }},
        entered_month,
        {%- for name, values in results.items() %}
        count(*) filter (where result in ({{ values }})) as {{ name }}_count,
        {%- endfor %}
        {%- for days in horizons %}
        count(*) filter (where is_timed and watched_days >= {{ days }})
            as eligible_{{ days }}_count,
        count(*) filter (
            where result = 'converted' and waited_days < {{ days }} and watched_days >= {{ days }}
        ) as converted_{{ days }}_count,
        {%- endfor %}
        count(*) filter (where is_inferred) as inferred_count,
        count(*) as entered_count
    from journey_steps
    group by {{ cell | join(', ') }}, entered_month

),

accounts as (

    select
        {{ cell_columns }},
        entered_month,
        {%- for name, values in results.items() %}
        count(*) filter (where result in ({{ values }})) as {{ name }}_count,
        {%- endfor %}
        count(*) as entered_count
    from account_steps
    group by {{ cell | join(', ') }}, entered_month

),

conversion_cohorts as (

    select
        cells.{{ cell | join(',\n        cells.') }},
        {%- for unit in ['journey', 'account'] %}
        {%- for name in ['entered', 'converted', 'lost', 'open'] %}
        coalesce({{ unit }}s.{{ name }}_count, 0) as {{ unit }}_{{ name }}_count,
        {%- endfor %}
        cast({{ unit }}s.converted_count * 1e0 / {{ unit }}s.entered_count as decimal(9, 6))
            as {{ unit }}_raw_rate,
        {%- endfor %}
        coalesce(journeys.inferred_count, 0) as inferred_count,
        {%- for days in horizons %}
        coalesce(journeys.eligible_{{ days }}_count, 0) as eligible_{{ days }}_count,
        coalesce(journeys.converted_{{ days }}_count, 0) as converted_{{ days }}_count,
        case
            when {{ add_days('cells.next_month_start', days) }} <= {{ cutoff() }}
                then cast(
                    journeys.converted_{{ days }}_count * 1e0
                    / nullif(journeys.eligible_{{ days }}_count, 0)
                    as decimal(9, 6)
                )
        end as within_{{ days }}_rate,
        {%- endfor %}
        cells.cohort_month
    from cells
    {% for unit in ['journeys', 'accounts'] -%}
    left join {{ unit }}
        on
            {% for column in cell -%}
            cells.{{ column }} = {{ unit }}.{{ column }}
            and {% endfor -%}
            {{ or_end('cells.cohort_month') }} = {{ or_end(unit ~ '.entered_month') }}
    {% endfor -%}
    where cells.cohort_month is not null or journeys.entered_count > 0

)

select * from conversion_cohorts
