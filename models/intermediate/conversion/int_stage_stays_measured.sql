{# Grain: one row per entry of fct_lifecycle, exits included: how long it stayed and how the stay
   ended. #}
with

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

int_stage_stays_measured as (

    select
        lifecycle.lifecycle_key,
        lifecycle.journey_key,
        lifecycle.stage,
        lifecycle.owner_team,
        lifecycle.funnel,
        lifecycle.first_channel as channel,
        {{ segment_of('accounts') }} as segment,
        case when lifecycle.is_current then 'open' else lifecycle.outcome end as outcome,
        lifecycle.stage_entry_number,
        lifecycle.qualification,
        lifecycle.is_qualified,
        lifecycle.qualified_at,
        case
            when lifecycle.is_current then {{ days_between('lifecycle.entered_at', cutoff()) }}
            else lifecycle.stage_days
        end as stay_days,
        lifecycle.is_inferred,
        cast({{ period_start('quarter', 'lifecycle.entered_at') }} as date) as entered_quarter,
        lifecycle.entered_at,
        -- Where the end of a stay has no date, it ended by the next dated entry, else at once.
        case
            when not lifecycle.is_current then coalesce(
                min(lifecycle.entered_at) over (
                    partition by lifecycle.journey_key
                    order by lifecycle.entry_number
                    rows between 1 following and unbounded following
                ),
                lifecycle.entered_at
            )
        end as left_at
    from lifecycle
    left join accounts on lifecycle.account_key = accounts.account_key

)

select * from int_stage_stays_measured
