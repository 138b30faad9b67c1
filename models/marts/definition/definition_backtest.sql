{# Grain: one row a evaluation (the definition in force, or one version alone), funnel, first channel
   and month in which journeys started: what it would have called leads and MQLs, and what they
   became. #}
{%- set stages = ['lead', 'mql'] -%}

with

journeys as (select * from {{ ref('fct_journeys') }}),

judged as (select * from {{ ref('int_qualifications_evaluated') }}),

evaluations as (

    select
        evaluation,
        case when evaluation != 'in_force' then max(definition_version) end as definition_version,
        bool_or(is_draft) as is_draft
    from {{ ref('int_definition_versions_dated') }}
    group by evaluation

),

met as (

    select
        {%- for stage in stages %}
        bool_or(stage = '{{ stage }}') as is_{{ stage }},
        -- What nobody dated was there first.
        min(case when stage = '{{ stage }}' then coalesce(occurred_at, {{ start_of_time() }}) end)
            as {{ stage }}_at,
        {%- endfor %}
        evaluation,
        journey_key
    from judged
    group by evaluation, journey_key

),

compared as (

    select
        evaluations.evaluation,
        evaluations.definition_version,
        evaluations.is_draft,
        journeys.funnel,
        journeys.first_channel,
        cast(date_trunc('month', journeys.started_at) as date) as start_month,
        journeys.has_win as is_won,
        {%- for stage in stages %}
        coalesce(met.is_{{ stage }}, false) as is_{{ stage }},
        coalesce(in_force.is_{{ stage }}, false) as is_{{ stage }}_now,
        journeys.has_win and coalesce(
            met.{{ stage }}_at <= {{ or_end('journeys.win_at') }}, false
        ) as is_{{ stage }}_first,
        met.{{ stage }}_at,
        {%- endfor %}
        journeys.won_amount,
        journeys.win_at
    from evaluations
    cross join journeys
    left join met on evaluations.evaluation = met.evaluation and journeys.journey_key = met.journey_key
    left join met as in_force
        on in_force.evaluation = 'in_force' and journeys.journey_key = in_force.journey_key

),

warned as (

    select
        *,
        case
            when is_lead_first and lead_at > {{ start_of_time() }} and win_at is not null
                then {{ days_between('lead_at', 'win_at') }}
        end as warning_days
    from compared

),

definition_backtest as (

    select
        evaluation,
        definition_version,
        funnel,
        first_channel,
        count(*) as journey_count,
        {%- for stage in stages %}
        count(case when is_{{ stage }} then 1 end) as {{ stage }}_count,
        count(case when is_{{ stage }} and is_won then 1 end) as {{ stage }}_won_count,
        count(case when is_{{ stage }} and not is_{{ stage }}_now then 1 end)
            as {{ stage }}_enters_count,
        count(case when is_{{ stage }}_now and not is_{{ stage }} then 1 end)
            as {{ stage }}_leaves_count,
        {%- endfor %}
        count(case when is_won then 1 end) as win_count,
        {%- for stage in stages %}
        count(case when is_{{ stage }}_first then 1 end) as win_{{ stage }}_first_count,
        {%- endfor %}
        cast(coalesce(sum(won_amount), 0) as decimal(18, 2)) as won_amount,
        {%- for stage in stages %}
        cast(coalesce(sum(case when is_{{ stage }}_first then won_amount end), 0) as decimal(18, 2))
            as {{ stage }}_first_won_amount,
        {%- endfor %}
        count(warning_days) as warning_count,
        cast(coalesce(sum(warning_days), 0) as decimal(18, 2)) as warning_days,
        is_draft,
        start_month
    from warned
    group by evaluation, definition_version, funnel, first_channel, is_draft, start_month

)

select * from definition_backtest
