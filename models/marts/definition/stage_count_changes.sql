{# Grain: one row a complete week or month that has one before it, stage, part and rule: how many
   of the entries more (or fewer) than the earlier period was said to have came of it. #}
{%- set number = 'decimal(18, 2)' -%}

with

counts as (select * from {{ ref('int_stage_counts_aggregated') }}),

cell_parts as (select * from {{ ref('int_stage_count_parts_attributed') }}),

notes as (select * from {{ ref('history_stage_counts') }} where noted_at <= {{ cutoff() }}),

drivers as (select * from {{ ref('int_stage_count_drivers_listed') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

told as (

    select
        period_kind,
        period_start,
        stage,
        {{ first_by('entered_count', 'note_number') }} as entered_count
    from notes
    group by period_kind, period_start, stage

),

pairs as (

    select
        counts.period_kind,
        counts.period_start,
        counts.earlier_start,
        counts.stage,
        stages.owner_team,
        counts.entered_count,
        earlier.entered_count as earlier_count,
        coalesce(told.entered_count, earlier.entered_count) as earlier_reported_count,
        counts.entered_count - counts.inferred_count - counts.unchanged_version_count
            as version_change,
        counts.inferred_count - earlier.inferred_count as inferred_change
    from counts
    inner join counts as earlier
        on
            counts.period_kind = earlier.period_kind
            and counts.earlier_start = earlier.period_start
            and counts.stage = earlier.stage
    inner join stages on counts.stage = stages.stage
    left join told
        on
            counts.period_kind = told.period_kind
            and counts.earlier_start = told.period_start
            and counts.stage = told.stage

),

summed as (

    select
        period_kind,
        period_start,
        stage,
        driver_number,
        sum(change) as change
    from cell_parts
    group by period_kind, period_start, stage, driver_number

),

stage_count_changes as (

    {%- set shared -%}
        pairs.period_kind,
        pairs.period_start,
        pairs.earlier_start,
        pairs.stage,
        pairs.owner_team,
        pairs.entered_count,
        pairs.earlier_count,
        pairs.earlier_reported_count
    {%- endset %}
    select
        {{ shared }},
        drivers.driver as part,
        drivers.rule,
        cast(coalesce(summed.change, 0) as {{ number }}) as change
    from pairs
    inner join drivers on pairs.stage = drivers.stage
    left join summed
        on
            pairs.period_kind = summed.period_kind
            and pairs.period_start = summed.period_start
            and drivers.stage = summed.stage
            and drivers.driver_number = summed.driver_number
    {%- for part, change in [
        ('version', 'pairs.version_change'),
        ('inferred', 'pairs.inferred_change'),
        ('restatement', 'pairs.earlier_count - pairs.earlier_reported_count'),
    ] %}
    union all
    select
        {{ shared }},
        '{{ part }}' as part,
        cast(null as {{ dbt.type_string() }}) as rule,
        cast({{ change }} as {{ number }}) as change
    from pairs
    {%- endfor %}

)

select * from stage_count_changes
