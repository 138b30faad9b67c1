{# Grain: one row per source row of an opportunity's stage or amount, usable or not: reason_code
   says why not. tie_number orders the usable rows of one opportunity and moment. #}
with

source_rows as (

    {{ union_sources('opportunity_changes', times=['changed_at']) }}

),

keyed_rows as (

    select
        *,
        {{ key_of(['system', 'opportunity_id']) }} as opportunity_key
    from source_rows

),

opportunities as (

    -- Rows of an opportunity that is deleted, or counts from another system, are usable here; they
    -- go out of use with the opportunity.
    select * from {{ ref('int_opportunities_rows_checked') }}
    where reason_code is null or reason_code in ('deleted', 'same_opportunity')

),

labels as (

    select *
    from {{ seed_by_system(ref('stage_labels')) }}
    where entity = 'opportunity_changes'

),

checked_rows as (

    select
        keyed_rows.opportunity_key,
        keyed_rows.system,
        keyed_rows.from_label,
        keyed_rows.label,
        labels.stage,
        keyed_rows.from_amount,
        keyed_rows.amount,
        keyed_rows.from_expected_close_date,
        keyed_rows.expected_close_date,
        keyed_rows.forecast_category,
        keyed_rows.changed_at,
        {{ checked_origin('keyed_rows') }},
        coalesce(
            keyed_rows.reason_code,
            case
                when opportunities.opportunity_key is null then 'unknown_reference'
                when keyed_rows.label is not null and labels.label is null then 'unknown_label'
            end
        ) as reason_code
    from keyed_rows
    left join opportunities on keyed_rows.opportunity_key = opportunities.opportunity_key
    left join labels
        on
            keyed_rows.system = labels.system
            and lower(keyed_rows.label) = labels.label

),

last_moments as (

    select
        opportunity_key,
        max(case when label is not null then changed_at end) as label_at,
        max(case when amount is not null then changed_at end) as amount_at
    from checked_rows
    where reason_code is null
    group by opportunity_key

),

tied_moments as (

    select
        opportunity_key,
        changed_at
    from checked_rows
    where reason_code is null
    group by opportunity_key, changed_at
    having count(*) > 1

),

tied_rows as (

    select
        checked_rows.*,
        opportunities.is_known_at_cutoff
        and (
            (
                checked_rows.changed_at = last_moments.label_at
                and lower(checked_rows.label) = lower(opportunities.stage_label)
            )
            or (
                checked_rows.changed_at = last_moments.amount_at
                and checked_rows.amount = opportunities.amount
            )
        ) as has_value_of_today
    from checked_rows
    inner join tied_moments
        on
            checked_rows.opportunity_key = tied_moments.opportunity_key
            and checked_rows.changed_at = tied_moments.changed_at
    inner join last_moments on checked_rows.opportunity_key = last_moments.opportunity_key
    inner join opportunities on checked_rows.opportunity_key = opportunities.opportunity_key
    where checked_rows.reason_code is null

),

following_rows as (

    -- One change of a moment follows another one if it begins with what that one has left.
    select
        earlier.source_table as earlier_table,
        earlier.source_key as earlier_key,
        later.source_table as later_table,
        later.source_key as later_key,
        earlier.system
    from tied_rows as earlier
    inner join tied_rows as later
        on
            earlier.opportunity_key = later.opportunity_key
            and earlier.changed_at = later.changed_at
            and (
                earlier.label = later.from_label
                or earlier.amount = later.from_amount
                or earlier.expected_close_date = later.from_expected_close_date
            )

),

earlier_rows as (

    select distinct
        system,
        earlier_table as source_table,
        earlier_key as source_key
    from following_rows

),

later_rows as (

    select distinct
        system,
        later_table as source_table,
        later_key as source_key
    from following_rows

),

numbered_ties as (

    -- Where no row has the value before, the one with the opportunity's value of today is the
    -- last; ids rise with time within one system.
    select
        tied_rows.system,
        tied_rows.source_table,
        tied_rows.source_key,
        row_number() over (
            partition by tied_rows.opportunity_key, tied_rows.changed_at
            order by
                case when later_rows.source_key is null then 0 else 1 end,
                case when earlier_rows.source_key is null then 1 else 0 end,
                coalesce(tied_rows.has_value_of_today, false),
                tied_rows.source_key,
                tied_rows.source_table
        ) as tie_number
    from tied_rows
    left join earlier_rows on {{ same_row_key('tied_rows', 'earlier_rows') }}
    left join later_rows on {{ same_row_key('tied_rows', 'later_rows') }}

),

int_opportunity_changes_rows_checked as (

    select
        checked_rows.*,
        coalesce(numbered_ties.tie_number, 1) as tie_number
    from checked_rows
    left join numbered_ties
        on
            {{ same_row_key('checked_rows', 'numbered_ties') }}
            -- A copy has the same key. In the key: DuckDB would else compare each row with each.
            and case when checked_rows.reason_code is null then checked_rows.source_key end
            = numbered_ties.source_key

)

select * from int_opportunity_changes_rows_checked
