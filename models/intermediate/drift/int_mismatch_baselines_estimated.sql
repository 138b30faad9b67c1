{# Grain: one row per system, stage, version and cell (what the definition says, which rule blocks,
   points from the threshold).
   How often label and definition differ there in the reference days, and how rare a label is among
   the neighbouring cells: 1 where they never differ, half of that for each 1.2 % that do. #}
{%- set rule_cells = 'system, stage, definition_version, is_defined, blocking_rule' -%}
{%- set reach = int_var('drift_neighbour_points') -%}
{%- set neighbours -%}
over (
            partition by {{ rule_cells }} order by points_from_threshold
            range between {{ reach }} preceding and {{ reach }} following
        )
{%- endset -%}
{%- set prior_trials = decimal_var('drift_prior_trials') -%}

with

mismatches as (

    select
        *,
        day_number <= {{ int_var('drift_reference_days') }} as is_reference
    from {{ ref('int_label_trial_cells_counted') }}
    where segment_kind = 'channel' and not is_contested

),

cell_counts as (

    select
        {{ rule_cells }},
        points_from_threshold,
        coalesce(sum(case when is_reference then trial_count end), 0) as trial_count,
        coalesce(sum(case when is_reference then mismatch_count end), 0) as mismatch_count
    from mismatches
    group by {{ rule_cells }}, points_from_threshold

),

cell_neighbours as (

    -- Without the cell itself: cells chosen by their own luck would all seem rarer than they are.
    select
        *,
        (
            sum(mismatch_count) over (partition by {{ rule_cells }})
            + {{ decimal_var('drift_prior_mismatches') }}
        ) / (sum(trial_count) over (partition by {{ rule_cells }}) + {{ prior_trials }})
            as rule_rate,
        sum(mismatch_count) {{ neighbours }} - mismatch_count as neighbour_mismatch_count,
        sum(trial_count) {{ neighbours }} - trial_count as neighbour_trial_count
    from cell_counts

),

int_mismatch_baselines_estimated as (

    -- A cell with few trials is shrunk towards the rate of its rule.
    select
        {{ rule_cells }},
        points_from_threshold,
        trial_count as reference_count,
        cast(
            (mismatch_count + {{ prior_trials }} * rule_rate) / (trial_count + {{ prior_trials }})
            as decimal(12, 9)
        ) as mismatch_rate,
        cast(
            exp(
                -{{ int_var('drift_rarity_decay') }}
                * (neighbour_mismatch_count + {{ prior_trials }} * rule_rate)
                / (neighbour_trial_count + {{ prior_trials }})
            ) as decimal(4, 3)
        ) as rarity
    from cell_neighbours

)

select * from int_mismatch_baselines_estimated
