{# Grain: one row per record of a person and field whose value contradicts the lead definition: what
   it shows and what it should be, ready to be written back. #}
with

people as (

    select * from {{ ref('int_people_rows_checked') }}
    where reason_code is null and not coalesce(deleted_at < {{ cutoff() }}, false)

),

records as (select * from {{ ref('int_record_persons_mapped') }}),

persons as (select * from {{ ref('dim_persons') }}),

lifecycle as (select * from {{ ref('fct_lifecycle') }} where person_key is not null),

decisions as (select * from {{ ref('int_stage_decisions_described') }}),

touches as (select * from {{ ref('int_evaluation_touches_scored') }} where evaluation = 'in_force'),

versions as (

    select * from {{ ref('int_evaluation_versions_dated') }}
    where evaluation = 'in_force' and valid_from < {{ cutoff() }} and valid_to >= {{ cutoff() }}

),

rules as (select * from {{ ref('int_required_rules_listed') }} where attribute = 'score'),

stages as (select * from {{ ref('lifecycle_stages') }}),

source_systems as (select * from {{ seed_by_system(ref('source_systems')) }}),

stage_labels as (

    select *
    from {{ seed_by_system(ref('stage_labels')) }}
    where entity = 'stage_claims'

),

crm_fields as (select * from {{ seed_by_system(ref('crm_fields')) }}),

score_changes as (

    select * from {{ ref('int_attribute_changes_rows_checked') }}
    where
        entity = 'people' and attribute = 'lead_score'
        and (reason_code is null or reason_code = 'after_cutoff')

),

label_changes as (

    -- A change after the cutoff shows that today's label is not the label of that time. So with
    -- scores.
    select * from {{ ref('int_stage_claims_rows_checked') }}
    where reason_code is null or reason_code = 'after_cutoff'

),

field_labels as (

    select
        crm_fields.system,
        crm_fields.field,
        crm_fields.label,
        crm_fields.is_written,
        stages.stage,
        stages.stage_order,
        stages.is_exit
    from crm_fields
    left join stage_labels
        on crm_fields.system = stage_labels.system and lower(crm_fields.label) = stage_labels.label
    left join stages on stage_labels.stage = stages.stage
    where crm_fields.attribute = 'stage_label'

),

last_labels as (

    select
        label_changes.record_key,
        {{ last_by('label_changes.label', oldest(
            'case when label_changes.reason_code is null then label_changes.label end',
            'label_changes.claimed_at, label_changes.claim_key'
        )) }} as label,
        {{ first_by(
            'label_changes.from_label', 'row(label_changes.claimed_at, label_changes.claim_key)'
        ) }} as first_label,
        bool_or(label_changes.reason_code = 'after_cutoff') as is_changed_later
    from label_changes
    inner join field_labels
        on
            label_changes.system = field_labels.system
            and lower(label_changes.label) = lower(field_labels.label)
    group by label_changes.record_key

),

last_scores as (

    select
        record_key,
        {{ last_by('value', oldest(
            'case when reason_code is null then value end', 'changed_at, source_key'
        )) }} as score,
        {{ first_by('from_value', 'row(changed_at, source_key)') }} as first_score,
        bool_or(reason_code = 'after_cutoff') as is_changed_later
    from score_changes
    group by record_key

),

record_values as (

    select
        people.record_key,
        people.system,
        people.record_id,
        records.person_key,
        case
            when last_labels.is_changed_later
                then coalesce(last_labels.label, last_labels.first_label)
            else people.stage_label
        end as label,
        coalesce(
            cast(last_scores.score as bigint),
            case
                when last_scores.is_changed_later then cast(last_scores.first_score as bigint)
                else people.lead_score
            end
        ) as score
    from people
    inner join records on people.record_key = records.record_key
    left join last_labels on people.record_key = last_labels.record_key
    left join last_scores on people.record_key = last_scores.record_key

),

current_journeys as (

    select
        person_key,
        {{ last_by(
            'journey_key',
            'row(coalesce(entered_at, ' ~ start_of_time() ~ '), lifecycle_key)'
        ) }} as journey_key
    from lifecycle
    where is_current
    group by person_key

),

last_returns as (

    select
        journey_key,
        max(entry_number) as entry_number
    from lifecycle
    where outcome = 'returned'
    group by journey_key

),

reached_stages as (

    -- What the person has met or done in the journey under way, since it was last sent back.
    select
        lifecycle.person_key,
        stages.stage,
        stages.stage_order,
        stages.entered_by = 'definition' as is_defined
    from current_journeys
    inner join lifecycle on current_journeys.journey_key = lifecycle.journey_key
    inner join stages on lifecycle.stage = stages.stage
    left join last_returns on current_journeys.journey_key = last_returns.journey_key
    where
        not stages.is_exit
        and (lifecycle.is_qualified or not lifecycle.is_inferred)
        and lifecycle.entry_number > coalesce(last_returns.entry_number, 0)
    union all
    -- Everybody has reached the first stage.
    select
        persons.person_key,
        stages.stage,
        stages.stage_order,
        false as is_defined
    from persons
    inner join stages on stages.planning_node = 'awareness'

),

person_stages as (

    select
        person_key,
        max(case when is_defined then stage_order end) as met_order
    from reached_stages
    group by person_key

),

person_scores as (

    select
        person_key,
        {{ last_by(
            'score', 'row(coalesce(occurred_at, ' ~ start_of_time() ~ '), touch_key)'
        ) }} as score
    from touches
    group by person_key

),

labelled_records as (

    -- A label that the person has never met goes back; one behind what is met in the journey under
    -- way goes on, unless the person has left the funnel.
    select
        record_values.*,
        field_labels.field,
        case
            when not decisions.is_met then decisions.failed_rule
            when
                field_labels.stage_order < person_stages.met_order
                and not field_labels.is_exit and not current_stages.is_exit
                then 'qualified'
        end as correction_reason
    from record_values
    inner join field_labels
        on
            record_values.system = field_labels.system
            and lower(record_values.label) = lower(field_labels.label)
    inner join person_stages on record_values.person_key = person_stages.person_key
    inner join persons on record_values.person_key = persons.person_key
    left join stages as current_stages on persons.current_stage = current_stages.stage
    left join decisions
        on
            record_values.person_key = decisions.person_key
            and field_labels.stage = decisions.stage

),

right_labels as (

    -- The furthest stage that the person has reached and for which the system has a label.
    select
        labelled_records.record_key,
        {{ last_by('field_labels.label', 'row(field_labels.stage_order, field_labels.label)') }}
            as label
    from labelled_records
    inner join field_labels
        on
            labelled_records.system = field_labels.system
            and labelled_records.field = field_labels.field
    inner join reached_stages
        on
            labelled_records.person_key = reached_stages.person_key
            and field_labels.stage = reached_stages.stage
    where field_labels.is_written and not field_labels.is_exit
    group by labelled_records.record_key

),

field_corrections as (

    select
        labelled_records.record_key,
        labelled_records.system,
        labelled_records.record_id,
        labelled_records.person_key,
        labelled_records.field,
        labelled_records.label as current_value,
        right_labels.label as correct_value,
        labelled_records.correction_reason
    from labelled_records
    inner join right_labels on labelled_records.record_key = right_labels.record_key
    where
        labelled_records.correction_reason is not null
        and lower(labelled_records.label) != lower(right_labels.label)
    union all
    -- A score of today on the other side of a threshold of today than ours. Those of staff,
    -- competitors and test records decide nothing.
    select distinct
        record_values.record_key,
        record_values.system,
        record_values.record_id,
        record_values.person_key,
        crm_fields.field,
        cast(record_values.score as {{ dbt.type_string() }}) as current_value,
        cast(coalesce(person_scores.score, 0) as {{ dbt.type_string() }}) as correct_value,
        case
            when coalesce(person_scores.score, 0) < cast(rules.value as bigint)
                then 'score_too_high'
            else 'score_too_low'
        end as correction_reason
    from record_values
    inner join crm_fields
        on record_values.system = crm_fields.system and crm_fields.attribute = 'lead_score'
    cross join versions
    inner join rules on versions.definition_version = rules.definition_version
    left join person_scores on record_values.person_key = person_scores.person_key
    left join persons on record_values.person_key = persons.person_key
    where
        record_values.score is not null
        and not coalesce(persons.is_internal or persons.is_competitor or persons.is_test, false)
        and (record_values.score >= cast(rules.value as bigint))
        != (coalesce(person_scores.score, 0) >= cast(rules.value as bigint))

),

crm_corrections as (

    select
        {{ key_of(['field_corrections.record_key', 'field_corrections.field']) }}
            as correction_key,
        field_corrections.system,
        {{ published('field_corrections.record_id') }} as record_id,
        {{ record_url(
            'field_corrections.system', 'source_systems.person_path', 'field_corrections.record_id'
        ) }} as record_url,
        field_corrections.field,
        field_corrections.current_value,
        field_corrections.correct_value,
        field_corrections.correction_reason,
        field_corrections.person_key,
        persons.account_key,
        persons.owner_key
    from field_corrections
    inner join persons on field_corrections.person_key = persons.person_key
    left join source_systems on field_corrections.system = source_systems.system

)

select * from crm_corrections
