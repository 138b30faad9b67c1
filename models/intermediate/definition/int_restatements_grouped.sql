{# Grain: one row a day on which builds told otherwise of closed weeks than chance could excuse,
   named as an alert. #}
with

restated as (select * from {{ ref('int_restated_weeks_detected') }}),

monitors as (select * from {{ ref('drift_monitors') }} where source = 'note'),

stages as (select * from {{ ref('lifecycle_stages') }}),

surprises as (

    -- How far readers were misled, beside what chance alone moves in a week of n: sqrt(n).
    select
        *,
        cast(noted_at as date) as noted_date,
        abs(told_now - told_first) / sqrt(greatest(told_first, 4)) as surprise,
        abs(told_then - told_first) / sqrt(greatest(told_first, 4)) as former_surprise
    from restated

),

ranked as (

    -- What changes the past changes many weeks and stages of it at once.
    select
        surprises.*,
        monitors.kind,
        monitors.severity,
        monitors.meaning,
        count(*) over (partition by surprises.noted_date) as week_count,
        row_number() over (
            partition by surprises.noted_date
            order by
                surprises.surprise desc,
                surprises.week asc,
                surprises.stage asc,
                surprises.note_number asc
        ) as place
    from surprises
    inner join monitors
        on
            surprises.surprise >= monitors.limit_1
            and surprises.former_surprise < monitors.limit_1

),

int_restatements_grouped as (

    select
        {{ key_of(['ranked.kind', 'ranked.noted_date']) }} as alert_key,
        ranked.kind,
        ranked.severity,
        cast(null as {{ dbt.type_string() }}) as system,
        ranked.stage,
        cast(null as bigint) as definition_version,
        cast(null as {{ dbt.type_string() }}) as rule,
        cast(ranked.week as {{ dbt.type_string() }}) as subject,
        stages.owner_team,
        {{ restatement_sentence('ranked') }} as summary,
        ranked.told_now as observed_count,
        cast(ranked.told_first as decimal(18, 2)) as expected_volume,
        abs(ranked.told_now - ranked.told_first) as affected_count,
        ranked.noted_date as first_seen_date,
        ranked.noted_date as last_seen_date
    from ranked
    inner join stages on ranked.stage = stages.stage
    where ranked.place = 1

)

select * from int_restatements_grouped
