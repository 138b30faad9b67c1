{# Grain: one row a step, funnel, channel, segment and month of entry, from the company's first
   month to the cutoff's, zeros included; entries that nobody dated have no month. #}
{%- set horizons = [30, 60, 90, 180] -%}
{%- set cell = ['step', 'funnel', 'channel', 'segment'] -%}

with

journey_steps as (select * from {{ ref('journey_steps') }}),

months as (

    {{ month_spine('(select min(entered_at) from journey_steps)', cutoff()) }}
    union all
    select
        null as month_start,
        null as next_month_start

),

cells as (

    select distinct
        journey_steps.{{ cell | join(',\n        journey_steps.') }},
        cast(months.month_start as date) as cohort_month,
        months.next_month_start
    from journey_steps
    cross join months

),

journeys as (

    select
        {{ cell | join(',\n        ') }},
        entered_month,
        count(*) as entered_count,
        count(*) filter (where result = 'converted') as converted_count,
        count(*) filter (where result in ('lost', 'returned')) as lost_count,
        count(*) filter (where result = 'open') as open_count,
        {%- for days in horizons %}
        count(*) filter (where is_timed and watched_days >= {{ days }}) as eligible_{{ days }}_count,
        count(*) filter (
            where result = 'converted' and waited_days < {{ days }} and watched_days >= {{ days }}
        ) as converted_{{ days }}_count,
        {%- endfor %}
        count(*) filter (where is_inferred) as inferred_count
    from journey_steps
    group by {{ cell | join(', ') }}, entered_month

),

-- An account enters with its first journey, and has converted when any of them has.
accounts as (

    select
        account_key,
        step,
        {%- for attribute in ['funnel', 'channel', 'segment'] %}
        {{ first_by(attribute, "row(" ~ or_end('entered_at') ~ ", journey_key)") }} as {{ attribute }},
        {%- endfor %}
        min(entered_month) as entered_month,
        max(case result when 'converted' then 3 when 'open' then 2 else 1 end) as standing
    from journey_steps
    where account_key is not null
    group by account_key, step

),

account_counts as (

    select
        {{ cell | join(',\n        ') }},
        entered_month,
        count(*) as entered_count,
        count(*) filter (where standing = 3) as converted_count,
        count(*) filter (where standing = 1) as lost_count,
        count(*) filter (where standing = 2) as open_count
    from accounts
    group by {{ cell | join(', ') }}, entered_month

),

conversion_cohorts as (

    select
        cells.{{ cell | join(',\n        cells.') }},
        {%- for counts, prefix in [('journeys', 'journey'), ('account_counts', 'account')] %}
        {%- for name in ['entered', 'converted', 'lost', 'open'] %}
        coalesce({{ counts }}.{{ name }}_count, 0) as {{ prefix }}_{{ name }}_count,
        {%- endfor %}
        cast({{ counts }}.converted_count * 1e0 / nullif({{ counts }}.entered_count, 0) as decimal(9, 6))
            as {{ prefix }}_raw_rate,
        {%- endfor %}
        coalesce(journeys.inferred_count, 0) as inferred_count,
        {%- for days in horizons %}
        coalesce(journeys.eligible_{{ days }}_count, 0) as eligible_{{ days }}_count,
        coalesce(journeys.converted_{{ days }}_count, 0) as converted_{{ days }}_count,
        case when {{ add_days('cells.next_month_start', days) }} <= {{ cutoff() }}
            then cast(
                journeys.converted_{{ days }}_count * 1e0 / nullif(journeys.eligible_{{ days }}_count, 0)
                as decimal(9, 6)
            )
        end as within_{{ days }}_rate,
        {%- endfor %}
        cells.cohort_month
    from cells
    {%- for counts in ['journeys', 'account_counts'] %}
    left join {{ counts }}
        on
            {%- for column in cell %}
            {{ 'and ' if not loop.first }}cells.{{ column }} = {{ counts }}.{{ column }}
            {%- endfor %}
            and {{ or_end('cells.cohort_month') }} = {{ or_end(counts ~ '.entered_month') }}
    {%- endfor %}
    where cells.cohort_month is not null or journeys.entered_count > 0

)

select * from conversion_cohorts
