{# Grain: one row per opportunity, as of the cutoff. With its journey, funnel, first channel,
   segment and type of revenue, and what was revised in it: its expected close date, and wins. #}
{{ config(contract={'enforced': own_attributes('opportunities') == {}}) }}
with

opportunities as (select * from {{ ref('int_opportunity_persons_assigned') }}),

journey_assignments as (select * from {{ ref('int_opportunity_journeys_assigned') }}),

landed_opportunities as ({{ usable_rows(ref('int_opportunities_rows_checked')) }}),

reason_labels as (select * from {{ ref('reason_labels') }} where exit_kind = 'lost'),

reasons as (

    -- Several labels may mean one reason.
    select
        reason,
        min(category) as category,
        min(owner_team) as owner_team
    from reason_labels
    group by reason

),

changes as ({{ usable_rows(ref('int_opportunity_changes_rows_checked')) }}),

opportunity_changes as (select * from changes where expected_close_date is not null),

states as (select * from {{ ref('int_opportunity_states_dated') }}),

rates as (select * from {{ ref('int_exchange_rates_dated') }}),

source_systems as (select * from {{ seed_by_system(ref('source_systems')) }}),

pipeline_classes as (select * from {{ seed_by_system(ref('pipeline_classes')) }}),

opportunity_people as ({{ usable_rows(ref('int_opportunity_people_rows_checked')) }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

journeys as (select * from {{ ref('fct_journeys') }}),

accounts as (select * from {{ ref('dim_accounts') }}),

systems_with_changes as (select distinct system from opportunity_changes),

expected_dates as (

    -- A date that is set on the day of the close, or later, is that of the close.
    select
        opportunity_changes.opportunity_key,
        opportunity_changes.expected_close_date,
        opportunity_changes.changed_at,
        opportunity_changes.tie_number,
        opportunity_changes.source_key,
        opportunity_changes.from_expected_close_date
    from opportunity_changes
    inner join opportunities
        on opportunity_changes.opportunity_key = opportunities.opportunity_key
    where
        opportunities.closed_at is null
        or cast(opportunity_changes.changed_at as date) < cast(opportunities.closed_at as date)
    union all
    -- Its history may lack the last change: what an open opportunity's own row says comes last.
    select
        landed_opportunities.opportunity_key,
        landed_opportunities.expected_close_date,
        {{ end_of_time() }} as changed_at,
        0 as tie_number,
        '' as source_key,
        cast(null as date) as from_expected_close_date
    from landed_opportunities
    inner join opportunities
        on landed_opportunities.opportunity_key = opportunities.opportunity_key
    where
        opportunities.outcome = 'open'
        and landed_opportunities.is_known_at_cutoff
        and landed_opportunities.expected_close_date is not null

),

dates_with_previous as (

    select
        *,
        coalesce(
            lag(expected_close_date) over (
                partition by opportunity_key order by changed_at, tie_number, source_key
            ),
            from_expected_close_date
        ) as previous_date
    from expected_dates

),

close_dates as (

    select
        opportunity_key,
        {{ first_by(
            'coalesce(previous_date, expected_close_date)',
            'row(changed_at, tie_number, source_key)'
        ) }} as first_expected_close_date,
        {{ last_by('expected_close_date', 'row(changed_at, tie_number, source_key)') }}
            as expected_close_date,
        count(case when expected_close_date > previous_date then 1 end) as push_count
    from dates_with_previous
    group by opportunity_key

),

restated_wins as (

    select
        states.opportunity_key,
        max(states.entered_at) as restated_win_at
    from states
    inner join opportunities on states.opportunity_key = opportunities.opportunity_key
    where
        states.outcome = 'won'
        and not (states.is_last and opportunities.outcome = 'won')
    group by states.opportunity_key

),

opportunity_wins as (

    -- The stage that the win entered decides: the first win makes the customer.
    select
        lifecycle.opportunity_key,
        max(
            case stages.entered_by
                when 'opportunity_won' then 'new'
                when 'renewal_won' then 'renewal'
                when 'expansion_won' then 'expansion'
            end
        ) as revenue_type,
        sum(lifecycle.amount) as amount
    from lifecycle
    inner join stages on lifecycle.stage = stages.stage
    where
        stages.entered_by in ('opportunity_won', 'renewal_won', 'expansion_won')
        and lifecycle.opportunity_key is not null
    group by lifecycle.opportunity_key

),

last_labels as (

    select
        opportunity_key,
        {{ last_by('label', 'row(changed_at, tie_number, source_key)') }} as label
    from changes
    where label is not null
    group by opportunity_key

),

pipeline_stages as (

    -- The stage of the row holds, if it was loaded before the cutoff; else that of the history.
    select
        landed_opportunities.opportunity_key,
        landed_opportunities.source_key as record_id,
        {%- for name in own_attributes('opportunities') %}
        landed_opportunities.{{ name }},
        {%- endfor %}
        case
            when landed_opportunities.is_known_at_cutoff
                then coalesce(landed_opportunities.stage_label, last_labels.label)
            else last_labels.label
        end as label
    from landed_opportunities
    left join last_labels on landed_opportunities.opportunity_key = last_labels.opportunity_key

),

buying_groups as (

    select
        opportunity_people.opportunity_key,
        count(distinct records.person_key) as person_count,
        count(distinct opportunity_people.role) as role_count
    from opportunity_people
    inner join records on opportunity_people.record_key = records.record_key
    group by opportunity_people.opportunity_key

),

dim_opportunities as (

    select
        opportunities.opportunity_key,
        journey_assignments.journey_key,
        journeys.person_key,
        opportunities.account_key,
        coalesce(opportunities.owner_key, {{ no_owner_key() }}) as owner_key,
        opportunities.system,
        {{ published('pipeline_stages.record_id') }} as record_id,
        {{ record_url(
            'opportunities.system', 'source_systems.opportunity_path', 'pipeline_stages.record_id'
        ) }} as record_url,
        coalesce(journeys.funnel, accounts.funnel, 'unknown') as funnel,
        coalesce(journeys.first_channel, 'unknown') as channel,
        {{ segment_of('accounts') }} as segment,
        -- An account is new once: what it wins after its first win is an expansion, so what it
        -- still has open, or lost, after that is, too.
        case
            when opportunity_wins.revenue_type is not null then opportunity_wins.revenue_type
            when
                opportunities.opportunity_type = 'new'
                and accounts.customer_at < coalesce(opportunities.closed_at, {{ cutoff() }})
                then 'expansion'
            else opportunities.opportunity_type
        end as revenue_type,
        opportunities.opportunity_type,
        coalesce({{ withheld('opportunities.pipeline') }}, 'none') as pipeline,
        {%- for name in own_attributes('opportunities') %}
        {{ published_own_attribute('pipeline_stages', name) }} as {{ name }},
        {%- endfor %}
        case
            when pipeline_classes.pipeline_class is not null then pipeline_stages.label
            else {{ withheld('pipeline_stages.label') }}
        end as pipeline_stage_name,
        case
            when opportunities.outcome = 'open'
                then coalesce(pipeline_classes.pipeline_class, 'unclassified')
        end as pipeline_class,
        opportunities.outcome,
        opportunities.lost_reason,
        coalesce(reasons.category, opportunities.lost_reason) as lost_reason_category,
        reasons.owner_team as lost_reason_team,
        journey_assignments.journey_match_method,
        opportunities.currency,
        {{ in_reporting_currency('opportunities.amount', 'rates.rate') }} as amount,
        cast(coalesce(opportunity_wins.amount, 0) as decimal(18, 2)) as won_amount,
        {{ days_between('opportunities.created_at', 'opportunities.closed_at') }} as cycle_days,
        case when systems_with_changes.system is not null then close_dates.push_count end
            as push_count,
        case
            when systems_with_changes.system is not null
                then cast(
                    {{ date_difference(
                        'close_dates.first_expected_close_date', 'close_dates.expected_close_date'
                    ) }}
                    as bigint
                )
        end as pushed_days,
        coalesce(
            buying_groups.person_count,
            case when journeys.person_key is null then 0 else 1 end
        ) as person_count,
        coalesce(buying_groups.role_count, 0) as role_count,
        opportunities.has_person,
        opportunities.created_at,
        opportunities.closed_at,
        restated_wins.restated_win_at,
        close_dates.first_expected_close_date,
        close_dates.expected_close_date
    from opportunities
    inner join journey_assignments
        on opportunities.opportunity_key = journey_assignments.opportunity_key
    left join reasons on opportunities.lost_reason = reasons.reason
    left join close_dates on opportunities.opportunity_key = close_dates.opportunity_key
    left join restated_wins on opportunities.opportunity_key = restated_wins.opportunity_key
    left join systems_with_changes on opportunities.system = systems_with_changes.system
    left join opportunity_wins
        on opportunities.opportunity_key = opportunity_wins.opportunity_key
    left join journeys on journey_assignments.journey_key = journeys.journey_key
    left join pipeline_stages
        on opportunities.opportunity_key = pipeline_stages.opportunity_key
    left join pipeline_classes
        on
            opportunities.system = pipeline_classes.system
            and lower(pipeline_stages.label) = pipeline_classes.label
    left join buying_groups on opportunities.opportunity_key = buying_groups.opportunity_key
    left join source_systems on opportunities.system = source_systems.system
    left join accounts on opportunities.account_key = accounts.account_key
    left join rates
        on {{ rate_applies(
            'rates',
            'opportunities.currency',
            'coalesce(opportunities.closed_at, opportunities.created_at)'
        ) }}

)

select * from dim_opportunities
