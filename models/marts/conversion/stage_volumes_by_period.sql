{# Grain: one row per period (week, month, quarter), stage, funnel, channel and segment, from the
   first entry there to the cutoff, with zeros; entries without a date have a row of their own
   (period_kind undated). #}
with

stays as (

    select
        *,
        stage_entry_number = 1
        and coalesce(qualification in ('bypass', 'qualified_later'), false) as is_bypass
    from {{ ref('int_stage_stays_measured') }}

),

periods as (

    {{ period_spine('(select min(entered_at) from stays)', cutoff()) }}

),

stage_moves as (

    -- The last two are no moves: they say which of the journeys count.
    {%- for move, change, moment, condition in [
        ("'entered'", 1, 'entered_at', 'entered_at is not null'),
        ('outcome', -1, 'left_at', 'entered_at is not null and left_at is not null'),
        ("'qualified'", 0, 'qualified_at', 'stage_entry_number = 1 and qualified_at is not null'),
        ("'bypassed'", 0, 'entered_at', 'is_bypass and entered_at is not null'),
    ] %}
    select
        stage,
        owner_team,
        funnel,
        channel,
        segment,
        {{ move }} as move,
        {{ change }} as change,
        stage_entry_number,
        {{ moment }} as moved_at
    from stays
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

period_moves as (

    select
        periods.period_kind,
        periods.period_start,
        moves.stage,
        moves.owner_team,
        moves.funnel,
        moves.channel,
        moves.segment,
        count(*) filter (where moves.move = 'entered') as entered_count,
        count(*) filter (where moves.move = 'entered' and moves.stage_entry_number = 1)
            as passed_count,
        count(*) filter (where moves.move = 'qualified') as qualified_count,
        count(*) filter (where moves.move = 'bypassed') as bypass_count,
        count(*) filter (where moves.move = 'advanced') as advanced_count,
        count(*) filter (where moves.move = 'returned') as moved_back_count,
        count(*) filter (where moves.move = 'continued') as continued_count,
        count(*) filter (where moves.move = 'exited') as exited_count,
        sum(moves.change) as change
    from stage_moves as moves
    inner join periods
        on
            moves.moved_at >= periods.period_start
            and moves.moved_at < periods.next_period_start
    group by
        periods.period_kind,
        periods.period_start,
        moves.stage,
        moves.owner_team,
        moves.funnel,
        moves.channel,
        moves.segment

),

first_moves as (

    select
        stage,
        owner_team,
        funnel,
        channel,
        segment,
        min(moved_at) as first_moved_at
    from stage_moves
    group by stage, owner_team, funnel, channel, segment

),

period_balances as (

    select
        periods.period_kind,
        first_moves.stage,
        first_moves.owner_team,
        first_moves.funnel,
        first_moves.channel,
        first_moves.segment,
        coalesce(moves.entered_count, 0) as entered_count,
        coalesce(moves.passed_count, 0) as passed_count,
        coalesce(moves.qualified_count, 0) as qualified_count,
        coalesce(moves.bypass_count, 0) as bypass_count,
        coalesce(moves.advanced_count, 0) as advanced_count,
        coalesce(moves.moved_back_count, 0) as moved_back_count,
        coalesce(moves.continued_count, 0) as continued_count,
        coalesce(moves.exited_count, 0) as exited_count,
        cast(coalesce(moves.change, 0) as bigint) as change,
        cast(sum(coalesce(moves.change, 0)) over (
            partition by
                periods.period_kind,
                first_moves.stage,
                first_moves.owner_team,
                first_moves.funnel,
                first_moves.channel,
                first_moves.segment
            order by periods.period_start
            rows unbounded preceding
        ) as bigint) as closing_count,
        cast(periods.period_start as date) as period_start
    from first_moves
    inner join periods on first_moves.first_moved_at < periods.next_period_start
    left join period_moves as moves
        on
            periods.period_kind = moves.period_kind
            and periods.period_start = moves.period_start
            and first_moves.stage = moves.stage
            and first_moves.owner_team = moves.owner_team
            and first_moves.funnel = moves.funnel
            and first_moves.channel = moves.channel
            and first_moves.segment = moves.segment

),

stage_volumes_by_period as (

    select
        period_kind,
        stage,
        owner_team,
        funnel,
        channel,
        segment,
        closing_count - change as opening_count,
        entered_count,
        passed_count,
        qualified_count,
        bypass_count,
        advanced_count,
        moved_back_count,
        continued_count,
        exited_count,
        closing_count,
        period_kind = 'month' as is_additive,
        period_start
    from period_balances
    union all
    select
        'undated' as period_kind,
        stage,
        owner_team,
        funnel,
        channel,
        segment,
        0 as opening_count,
        count(*) as entered_count,
        count(*) filter (where stage_entry_number = 1) as passed_count,
        count(*) filter (where stage_entry_number = 1 and is_qualified and qualified_at is null)
            as qualified_count,
        count(*) filter (where is_bypass) as bypass_count,
        count(*) filter (where outcome = 'advanced') as advanced_count,
        count(*) filter (where outcome = 'returned') as moved_back_count,
        count(*) filter (where outcome = 'continued') as continued_count,
        count(*) filter (where outcome = 'exited') as exited_count,
        count(*) filter (where outcome = 'open') as closing_count,
        true as is_additive,
        null as period_start
    from stays
    where entered_at is null
    group by stage, owner_team, funnel, channel, segment

)

select * from stage_volumes_by_period
