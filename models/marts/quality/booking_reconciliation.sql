{# Grain: one row per comparison, account and month in which the CRM or billing has an amount. The
   parts of the difference add up to it. #}
{%- set crms, billing = ["''"], ["''"] -%}
{%- for system, entities in var('systems').items() -%}
{%- if 'opportunities' in entities %}{% do crms.append("'" ~ system ~ "'") %}{% endif -%}
{%- if 'payments' in entities or 'subscriptions' in entities -%}
{%- do billing.append("'" ~ system ~ "'") -%}
{%- endif -%}
{%- endfor -%}
with

account_months as (select * from {{ ref('int_bookings_and_billing_aggregated') }}),

opportunities as (select * from {{ ref('dim_opportunities') }} where outcome = 'won'),

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

mapped_companies as (select * from {{ ref('int_company_accounts_mapped') }}),

charges as ({{ usable_rows(ref('int_payments_rows_checked')) }}),

account_systems as (

    select
        mapped_companies.account_key,
        bool_or(companies.system in ({{ crms | join(', ') }})) as is_in_crm,
        bool_or(companies.system in ({{ billing | join(', ') }})) as is_in_billing
    from companies
    inner join mapped_companies on companies.company_key = mapped_companies.company_key
    group by mapped_companies.account_key

),

account_currencies as (

    -- Null where one system alone names a currency.
    select
        account_key,
        max(crm_currency) != max(billing_currency) as is_other_currency
    from (
        select
            account_key,
            currency as crm_currency,
            null as billing_currency
        from opportunities
        union all
        select
            mapped_companies.account_key,
            null as crm_currency,
            charges.currency as billing_currency
        from charges
        inner join mapped_companies on charges.company_key = mapped_companies.company_key
    ) as currencies
    group by account_key

),

account_totals as (

    select
        *,
        crm_amount - billing_amount as difference_amount,
        sum(crm_amount) over (partition by comparison, account_key) as crm_total,
        sum(billing_amount) over (partition by comparison, account_key) as billing_total,
        sum(coming_amount) over (partition by comparison, account_key) as coming_total,
        sum(crm_amount) over months_beside as crm_beside_amount,
        sum(billing_amount) over months_beside as billing_beside_amount
    from account_months
    window
        months_beside as (
            partition by comparison, account_key
            order by month_start
            range between interval '1 month' preceding and interval '1 month' following
        )

),

explained_months as (

    select
        account_totals.*,
        case
            when
                not coalesce(account_systems.is_in_crm, false)
                or not coalesce(account_systems.is_in_billing, false)
                then 'not_linked'
            when account_totals.crm_total = 0 and account_totals.deleted_count > 0 then 'deleted'
            when account_totals.crm_total = 0 or account_totals.billing_total = 0 then 'missing'
            when account_currencies.is_other_currency then 'currency'
            when account_totals.comparison = 'payments' then 'split'
            when
                account_totals.crm_amount = 0 and account_totals.crm_beside_amount > 0
                then 'timing'
            when
                account_totals.billing_amount = 0 and account_totals.billing_beside_amount > 0
                then 'timing'
            else 'mismatch'
        end as category,
        -- What is booked and not paid by the cutoff, in proportion to what each month booked.
        case
            when account_totals.crm_total > account_totals.billing_total
                then cast(
                    least(
                        account_totals.coming_total,
                        account_totals.crm_total - account_totals.billing_total
                    )
                    * (account_totals.crm_amount / nullif(account_totals.crm_total, 0)) as decimal(
                        18, 2
                    )
                )
            else 0
        end as split_not_due_amount,
        cast(
            (
                account_totals.crm_total - account_totals.billing_total
                - case
                    when account_totals.crm_total > account_totals.billing_total
                        then
                            least(
                                account_totals.coming_total,
                                account_totals.crm_total - account_totals.billing_total
                            )
                    else 0
                end
            ) * (account_totals.crm_amount / nullif(account_totals.crm_total, 0)) as decimal(18, 2)
        ) as split_mismatch_amount
    from account_totals
    left join account_systems on account_totals.account_key = account_systems.account_key
    left join account_currencies on account_totals.account_key = account_currencies.account_key

),

booking_reconciliation as (

    select
        comparison,
        account_key,
        crm_amount,
        billing_amount,
        cast(difference_amount as decimal(18, 2)) as difference_amount,
        {% for part in ['not_linked', 'missing', 'deleted', 'currency'] -%}
        cast(
            case when category = '{{ part }}' then difference_amount else 0 end as decimal(18, 2)
        ) as {{ part }}_amount,
        {% endfor -%}
        cast(
            case when category = 'split' then split_not_due_amount else 0 end as decimal(18, 2)
        ) as not_due_amount,
        cast(
            case
                when category = 'timing' then difference_amount
                when category = 'split'
                    then difference_amount - split_not_due_amount - split_mismatch_amount
                else 0
            end as decimal(18, 2)
        ) as timing_amount,
        cast(
            case
                when category = 'mismatch' then difference_amount
                when category = 'split' then split_mismatch_amount
                else 0
            end as decimal(18, 2)
        ) as mismatch_amount,
        comparison = 'payments' as is_additive,
        month_start as period_start
    from explained_months

)

select * from booking_reconciliation
