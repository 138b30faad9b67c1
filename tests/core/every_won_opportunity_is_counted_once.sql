with

quarantine as (select * from {{ ref('quarantine') }} where entity = 'opportunities'),

staged as (

    {{ stack_systems('opportunities', ['reason_code']) }}

),

other_records as (

    -- An opportunity that a system in charge has, too, counts there.
    select
        system,
        source_table,
        source_key
    from {{ ref('int_opportunities_rows_checked') }}
    where reason_code = 'same_opportunity'

),

later_deletions as (

    -- Of several copies of a row the one that was loaded last counts, though it is deleted.
    select
        system,
        source_table,
        source_key,
        max(loaded_at) as loaded_at
    from staged
    where reason_code is null and deleted_at < {{ cutoff() }}
    group by system, source_table, source_key

),

known_rows as (

    -- A copy that was loaded after the cutoff is not what was known then.
    select distinct
        system,
        source_table,
        source_key
    from staged
    where reason_code is null and loaded_at < {{ cutoff() }}

),

landed as (

    select distinct
        staged.system,
        staged.opportunity_id,
        {{ key_of(['staged.system', 'staged.opportunity_id']) }} as opportunity_key
    from staged
    left join later_deletions
        on
            {{ same_row_key('staged', 'later_deletions') }}
            and staged.loaded_at < later_deletions.loaded_at
    left join known_rows on {{ same_row_key('staged', 'known_rows') }}
    left join quarantine
        on
            staged.system = quarantine.system
            and staged.source_table = quarantine.source_table
            and staged.source_key = quarantine.source_row_id
            and quarantine.reason_code != 'duplicate_key'
    left join other_records on {{ same_row_key('staged', 'other_records') }}
    left join {{ seed_by_system(ref('stage_labels'), 'labels') }}
        on
            labels.entity = 'opportunity_changes'
            and staged.system = labels.system
            and lower(staged.stage_label) = labels.label
    left join {{ ref('lifecycle_stages') }} as stages on labels.stage = stages.stage
    where
        coalesce(staged.is_won, stages.entered_by = 'opportunity_won')
        and staged.reason_code is null
        and later_deletions.source_key is null
        and other_records.source_key is null
        and coalesce(staged.deleted_at, {{ end_of_time() }}) >= {{ cutoff() }}
        -- A row that was loaded as won before the cutoff is won, whatever its closing date; so is
        -- one of which no time is known.
        and (
            staged.loaded_at < {{ cutoff() }}
            or (
                known_rows.source_key is null
                and coalesce(staged.closed_at, staged.created_at) < {{ cutoff() }}
            )
            or coalesce(staged.loaded_at, staged.closed_at, staged.created_at) is null
        )
        and quarantine.source_row_id is null

),

won as (

    -- The amount is that of the CRM's row; only its history knows an amount of before.
    select
        landed.opportunity_key,
        case
            when usable_rows.is_known_at_cutoff
                then {{ in_reporting_currency('usable_rows.amount', 'rates.rate') }}
            else opportunities.amount
        end as amount
    from landed
    left join {{ ref('int_opportunities_rows_checked') }} as usable_rows
        on
            landed.opportunity_key = usable_rows.opportunity_key
            and usable_rows.reason_code is null
    left join {{ ref('dim_opportunities') }} as opportunities
        on landed.opportunity_key = opportunities.opportunity_key
    left join {{ ref('int_exchange_rates_dated') }} as rates
        on {{ rate_applies(
            'rates',
            'usable_rows.currency',
            'coalesce(opportunities.closed_at, opportunities.created_at)'
        ) }}

),

fact as (

    select
        lifecycle.opportunity_key,
        count(*) as entry_count,
        sum(lifecycle.amount) as amount
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join {{ ref('lifecycle_stages') }} as stages on lifecycle.stage = stages.stage
    where
        stages.entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
        and lifecycle.opportunity_key is not null
    group by lifecycle.opportunity_key

),

later_wins as (

    select count(*) = 2 as has_stages_of_later_wins
    from {{ ref('lifecycle_stages') }}
    where entered_by in ('renewal_won', 'expansion_won')

),

comparisons as (

    select
        coalesce(won.opportunity_key, fact.opportunity_key) as opportunity_key,
        won.amount as crm_amount,
        fact.amount as fact_amount,
        coalesce(fact.entry_count, 0) as entry_count,
        won.opportunity_key is not null as is_won,
        later_wins.has_stages_of_later_wins
    from won
    full outer join fact on won.opportunity_key = fact.opportunity_key
    cross join later_wins

)

select * from comparisons
where
    not is_won
    or entry_count > 1
    or (entry_count = 1 and coalesce(crm_amount, -1) != coalesce(fact_amount, -1))
    or (entry_count = 0 and has_stages_of_later_wins)
