{# Grain: one row per funnel and month ahead. What today's customers are expected to renew and add,
   next to the shares of the target agreed for it. #}
with

months as (select * from {{ ref('int_plan_targets_listed') }} where not is_total),

renewals as (select * from {{ ref('int_plan_renewals_estimated') }}),

plan_renewals as (

    select
        months.funnel,
        months.period_start,
        months.expansion_target_amount,
        months.renewal_target_amount,
        renewals.expected_amount,
        renewals.expected_renewal_amount,
        renewals.low_80_expected_amount,
        renewals.high_80_expected_amount,
        renewals.low_95_expected_amount,
        renewals.high_95_expected_amount,
        months.expansion_target_amount + months.renewal_target_amount - renewals.expected_amount
            as gap_amount
    from months
    left join renewals
        on months.funnel = renewals.funnel and months.period_start = renewals.period_start

)

select * from plan_renewals
