{# Grain: one row a period (week, month, quarter), stage, funnel, channel and segment, from the
   first entry there to the cutoff, zeros included; entries that nobody dated stand in a row of their own. #}
{%- set cell = ['stage', 'owner_team', 'funnel', 'channel', 'segment'] -%}
{%- set cell_columns = cell | join(', ') -%}
{%- set leavings = ['advanced', 'returned', 'exited'] -%}

with

stays as (select * from {{ ref('int_stage_stays_measured') }}),

periods as (

    {{ period_spine('(select min(entered_at) from stays)', cutoff()) }}

),

moves as (

    {%- for move, change, moment in [("'entered'", 1, 'entered_at'), ('outcome', -1, 'left_at')] %}
    select
        {{ cell_columns }},
        {{ move }} as move,
        {{ change }} as change,
        visit_number,
        {{ moment }} as moved_at
    from stays
    where entered_at is not null and {{ moment }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

moved as (

    {%- for kind in ['week', 'month', 'quarter'] %}
    select
        '{{ kind }}' as period_kind,
        date_trunc('{{ kind }}', moved_at) as period_start,
        {{ cell_columns }},
        {%- for move in ['entered'] + leavings %}
        count(*) filter (where move = '{{ move }}') as {{ move }}_count,
        {%- endfor %}
        count(*) filter (where move = 'entered' and visit_number = 1) as first_entered_count,
        sum(change) as change_count
    from moves
    group by date_trunc('{{ kind }}', moved_at), {{ cell_columns }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

firsts as (

    select
        {{ cell_columns }},
        min(moved_at) as first_at
    from moves
    group by {{ cell_columns }}

),

balances as (

    select
        periods.period_kind,
        periods.period_start,
        firsts.{{ cell | join(',\n        firsts.') }},
        {%- for count in ['change', 'entered', 'first_entered'] + leavings %}
        cast(coalesce(moved.{{ count }}_count, 0) as bigint) as {{ count }}_count,
        {%- endfor %}
        cast(sum(coalesce(moved.change_count, 0)) over (
            partition by periods.period_kind, firsts.{{ cell | join(', firsts.') }}
            order by periods.period_start
            rows unbounded preceding
        ) as bigint) as closing_count
    from firsts
    inner join periods on firsts.first_at < periods.next_period_start
    left join moved
        on
            periods.period_kind = moved.period_kind
            and periods.period_start = moved.period_start
            {%- for column in cell %}
            and firsts.{{ column }} = moved.{{ column }}
            {%- endfor %}

),

stage_volumes as (

    select
        period_kind,
        {{ cell_columns }},
        closing_count - change_count as opening_count,
        entered_count,
        first_entered_count,
        {{ leavings | join('_count, ') }}_count,
        closing_count,
        cast(period_start as date) as period_start_date
    from balances
    union all
    select
        'undated' as period_kind,
        {{ cell_columns }},
        0 as opening_count,
        count(*) as entered_count,
        count(*) filter (where visit_number = 1) as first_entered_count,
        {%- for leaving in leavings %}
        count(*) filter (where outcome = '{{ leaving }}') as {{ leaving }}_count,
        {%- endfor %}
        count(*) filter (where outcome = 'open') as closing_count,
        cast(null as date) as period_start_date
    from stays
    where entered_at is null
    group by {{ cell_columns }}

)

select * from stage_volumes
