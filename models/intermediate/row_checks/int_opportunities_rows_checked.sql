{# Grain: one row per source row of an opportunity, usable or not: reason_code says why not. #}
with

source_rows as (

    {{ union_sources('opportunities', times=['created_at']) }}

),

currencies as (select distinct currency from {{ ref('exchange_rates') }}),

source_channels as (

    {{ channels_of_labels('source_rows', 'lead_source') }}

),

labels as (

    select *
    from {{ seed_by_system(ref('stage_labels')) }}
    where entity = 'opportunity_changes'

),

stages as (select * from {{ ref('lifecycle_stages') }}),

reason_labels as (select * from {{ ref('reason_labels') }} where exit_kind = 'lost'),

systems_with_stages as (

    select distinct system
    from source_rows
    where stage_label is not null

),

opportunity_states as (

    -- What each row says today. Where it does not say whether it is closed and won, the label of
    -- its stage does; a system without such labels has a closing date for each closed opportunity.
    select
        source_rows.*,
        coalesce(
            source_rows.is_closed,
            stages.entered_by in ('opportunity_won', 'opportunity_lost'),
            case when source_rows.is_won then true end,
            case
                when source_rows.stage_label is null and systems_with_stages.system is null
                    then coalesce(source_rows.is_won, false) or source_rows.closed_at is not null
            end
        ) as is_closed_now,
        coalesce(
            source_rows.is_won,
            stages.entered_by = 'opportunity_won',
            case
                when source_rows.stage_label is null and systems_with_stages.system is null
                    then false
            end
        ) as is_won_now,
        labels.stage,
        stages.entered_by
    from source_rows
    left join labels
        on
            source_rows.system = labels.system
            and lower(source_rows.stage_label) = labels.label
    left join stages on labels.stage = stages.stage
    left join systems_with_stages on source_rows.system = systems_with_stages.system

),

dated_states as (

    -- A row that was loaded before the cutoff says what was known then. Without a time of loading,
    -- only one that closed after the cutoff is known to be newer.
    select
        *,
        case
            when loaded_at is not null then loaded_at < {{ cutoff() }}
            else not coalesce(is_closed_now and closed_at >= {{ cutoff() }}, false)
        end as is_known_at_cutoff,
        coalesce(closed_at < {{ cutoff() }}, true) as is_closed_by_cutoff
    from opportunity_states

),

checked_rows as (

    select
        {{ key_of(['source_rows.system', 'opportunity_id']) }} as opportunity_key,
        source_rows.system,
        {{ key_of(['source_rows.system', 'company_record_id']) }} as company_key,
        {{ key_of(['source_rows.system', 'primary_record_id']) }} as record_key,
        {{ key_of(['source_rows.system', 'owner_id']) }} as owner_key,
        source_rows.owner_id,
        coalesce(source_rows.opportunity_type, 'new') as opportunity_type,
        source_rows.pipeline,
        {{ reason_of('source_rows.lost_reason', 'reason_labels') }} as lost_reason,
        {{ channel_of('source_rows', 'source_channels', 'lead_source') }} as source_channel,
        {{ currency_or_default('source_rows') }} as currency,
        source_rows.amount,
        source_rows.stage_label,
        source_rows.stage,
        source_rows.expected_close_date,
        source_rows.forecast_category,
        {%- for name in own_attributes('opportunities') %}
        source_rows.{{ name }},
        {%- endfor %}
        source_rows.is_known_at_cutoff,
        source_rows.currency is null as is_currency_assumed,
        source_rows.crm_system as other_system,
        source_rows.crm_record_id as other_record_id,
        {{ other_record_key('source_rows') }} as other_opportunity_key,
        -- As of the cutoff: an opportunity that was closed later is still open.
        source_rows.is_closed_now
        and (source_rows.is_known_at_cutoff or source_rows.is_closed_by_cutoff) as is_closed,
        coalesce(source_rows.is_closed_now and source_rows.is_won_now, false)
        and (source_rows.is_known_at_cutoff or source_rows.is_closed_by_cutoff) as is_won,
        source_rows.created_at,
        -- A closing date after the cutoff is a plan.
        case
            when source_rows.is_closed_now and source_rows.closed_at < {{ cutoff() }}
                then source_rows.closed_at
        end as closed_at,
        {{ checked_origin(
            'source_rows',
            detail="
                case
                    when source_rows.is_closed_now is null and source_rows.stage_label is null
                        then 'stage_label'
                    when
                        source_rows.is_closed_now
                        and source_rows.is_known_at_cutoff
                        and not source_rows.is_closed_by_cutoff
                        then 'closed_at'
                end
            "
        ) }},
        coalesce(
            source_rows.reason_code,
            case
                when currencies.currency is null then 'unknown_currency'
                when source_rows.is_closed_now is null and source_rows.stage_label is null
                    then 'missing_value'
                when source_rows.is_closed_now is null and source_rows.stage is null
                    then 'unknown_label'
                when source_rows.is_closed_now and source_rows.is_won_now is null
                    then 'unknown_label'
            end
        ) as row_reason_code
    from dated_states as source_rows
    left join currencies
        on {{ currency_or_default('source_rows') }} = currencies.currency
    left join reason_labels on lower(trim(source_rows.lost_reason)) = reason_labels.label
    left join source_channels
        on
            source_rows.system = source_channels.system
            and source_rows.lead_source = source_channels.label

),

system_ranks as ({{ opportunity_system_ranks() }}),

known_records as (

    -- What a system has deleted is known to it, too.
    select
        checked_rows.opportunity_key,
        checked_rows.other_opportunity_key,
        checked_rows.row_reason_code is not null as is_deleted,
        system_ranks.system_rank
    from checked_rows
    inner join system_ranks on checked_rows.system = system_ranks.system
    where checked_rows.row_reason_code is null or checked_rows.row_reason_code = 'deleted'

),

same_opportunities as (

    {{ opportunity_references('known_records') }}

),

leading_records as (

    select
        same_opportunities.opportunity_key,
        {{ first_by(
            'ahead.opportunity_key',
            'row(ahead.is_deleted, ahead.system_rank, ahead.opportunity_key)'
        ) }} as counted_opportunity_key
    from same_opportunities
    inner join known_records as own on same_opportunities.opportunity_key = own.opportunity_key
    inner join known_records as ahead
        on
            same_opportunities.other_opportunity_key = ahead.opportunity_key
            and own.system_rank > ahead.system_rank
    group by same_opportunities.opportunity_key

),

int_opportunities_rows_checked as (

    -- An opportunity that two systems have counts from the system in charge.
    select
        checked_rows.*,
        leading_records.counted_opportunity_key,
        coalesce(
            checked_rows.row_reason_code,
            case when leading_records.opportunity_key is not null then 'same_opportunity' end
        ) as reason_code
    from checked_rows
    left join leading_records on checked_rows.opportunity_key = leading_records.opportunity_key

)

select * from int_opportunities_rows_checked
