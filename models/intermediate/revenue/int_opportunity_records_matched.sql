{# Grain: one row per pair of systems and opportunity that one of them or both have. The two records
   of the same opportunity side by side, as each system shows it; one of them is null where the
   other system has no record. #}
with

checked_rows as (

    select * from {{ ref('int_opportunities_rows_checked') }}
    where reason_code is null or reason_code in ('deleted', 'same_opportunity')

),

opportunities as (select * from {{ ref('int_opportunity_records_resolved') }}),

mapped_companies as (select * from {{ ref('int_company_accounts_mapped') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

system_ranks as (

    {{ opportunity_system_ranks() }}

),

records as (

    -- What each system shows at the cutoff; a record without an outcome then is deleted.
    select
        checked_rows.opportunity_key,
        checked_rows.system,
        system_ranks.system_rank,
        checked_rows.source_key as record_id,
        coalesce(opportunities.account_key, mapped_companies.account_key) as account_key,
        checked_rows.owner_key,
        checked_rows.other_system,
        checked_rows.other_record_id,
        checked_rows.other_opportunity_key,
        checked_rows.currency,
        opportunities.amount as own_amount,
        {{ in_reporting_currency('opportunities.amount', 'rates.rate') }} as amount,
        coalesce(opportunities.outcome, 'deleted') as outcome,
        cast(opportunities.closed_at as date) as close_date
    from checked_rows
    inner join system_ranks on checked_rows.system = system_ranks.system
    left join opportunities on checked_rows.opportunity_key = opportunities.opportunity_key
    left join mapped_companies on checked_rows.company_key = mapped_companies.company_key
    left join rates
        on {{ rate_applies(
            'rates',
            'opportunities.currency',
            'coalesce(opportunities.closed_at, opportunities.created_at)'
        ) }}

),

linked_pairs as (

    {{ opportunity_references('records') }}

),

-- Without such an id, records of one account, outcome, amount and day look alike. They may be two
-- sales, so they are only reported.
unlinked_records as (

    select
        records.*,
        row_number() over (
            partition by
                records.system, records.account_key, records.outcome, records.currency,
                records.own_amount, records.close_date
            order by records.opportunity_key
        ) as look_alike_number
    from records
    where
        records.own_amount != 0 and records.outcome in ('won', 'open')
        and records.opportunity_key not in (
            select linked_pairs.opportunity_key from linked_pairs
        )

),

numbered_pairs as (

    -- Of several records that name one and the same, that of the nearest amount makes the pair.
    select
        records.opportunity_key,
        records.system,
        others.opportunity_key as other_opportunity_key,
        others.system as other_system,
        true as is_linked,
        row_number() over (
            partition by records.opportunity_key, others.system
            order by abs(records.own_amount - others.own_amount) nulls last, others.opportunity_key
        ) as number_for_record,
        row_number() over (
            partition by others.opportunity_key, records.system
            order by abs(records.own_amount - others.own_amount) nulls last, records.opportunity_key
        ) as number_for_other
    from linked_pairs
    inner join records on linked_pairs.opportunity_key = records.opportunity_key
    inner join records as others on linked_pairs.other_opportunity_key = others.opportunity_key
    where records.system_rank < others.system_rank
    union all
    select
        unlinked_records.opportunity_key,
        unlinked_records.system,
        others.opportunity_key as other_opportunity_key,
        others.system as other_system,
        false as is_linked,
        1 as number_for_record,
        1 as number_for_other
    from unlinked_records
    inner join unlinked_records as others
        on
            unlinked_records.account_key = others.account_key
            and unlinked_records.outcome = others.outcome
            and unlinked_records.currency = others.currency
            and unlinked_records.own_amount = others.own_amount
            and unlinked_records.close_date is not distinct from others.close_date
            and unlinked_records.look_alike_number = others.look_alike_number
    where unlinked_records.system_rank < others.system_rank

),

first_records as (

    select
        records.*,
        other_ranks.system as second_system,
        pairs.other_opportunity_key as paired_key,
        coalesce(pairs.is_linked, false) as is_linked,
        case when records.other_system = other_ranks.system then records.other_record_id end
            as named_record_id,
        (records.opportunity_key, other_ranks.system) in (
            select
                numbered_pairs.opportunity_key,
                numbered_pairs.other_system
            from numbered_pairs
        ) as is_repeated
    from records
    inner join system_ranks as other_ranks on records.system_rank < other_ranks.system_rank
    left join numbered_pairs as pairs
        on
            records.opportunity_key = pairs.opportunity_key
            and other_ranks.system = pairs.other_system
            and pairs.number_for_record = 1
            and pairs.number_for_other = 1

),

second_records as (

    select
        records.*,
        other_ranks.system as first_system,
        case when records.other_system = other_ranks.system then records.other_record_id end
            as named_record_id,
        (records.opportunity_key, other_ranks.system) in (
            select
                numbered_pairs.other_opportunity_key,
                numbered_pairs.system
            from numbered_pairs
        ) as is_repeated
    from records
    inner join system_ranks as other_ranks on records.system_rank > other_ranks.system_rank

),

int_opportunity_records_matched as (

    select
        coalesce(first_records.system, second_records.first_system) as system,
        coalesce(first_records.second_system, second_records.system) as other_system,
        first_records.record_id,
        second_records.record_id as other_record_id,
        coalesce(first_records.account_key, second_records.account_key) as account_key,
        coalesce(first_records.owner_key, second_records.owner_key) as owner_key,
        first_records.currency,
        second_records.currency as other_currency,
        first_records.own_amount,
        second_records.own_amount as other_own_amount,
        coalesce(first_records.amount, 0) as amount,
        coalesce(second_records.amount, 0) as other_amount,
        coalesce(first_records.outcome, 'none') as outcome,
        coalesce(second_records.outcome, 'none') as other_outcome,
        coalesce(first_records.is_linked, false) as is_linked,
        coalesce(first_records.named_record_id, second_records.named_record_id) as named_record_id,
        coalesce(second_records.is_repeated, first_records.is_repeated) as is_repeated,
        first_records.close_date,
        second_records.close_date as other_close_date
    from first_records
    full outer join second_records
        on
            first_records.paired_key = second_records.opportunity_key
            and first_records.system = second_records.first_system

)

select * from int_opportunity_records_matched
