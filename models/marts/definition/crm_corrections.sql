{# Grain: one row per record of a person and field whose value contradicts the lead definition: what
   it shows and what it should be, ready to be written back. #}
with

people as (

    select * from {{ ref('int_people_unioned') }}
    where not coalesce(deleted_at < {{ cutoff() }}, false)

),

records as (select * from {{ ref('int_record_persons_mapped') }}),

persons as (select * from {{ ref('dim_persons') }}),

decisions as (select * from {{ ref('int_stage_decisions_described') }}),

rules as (select * from {{ ref('int_required_rules_listed') }} where attribute = 'score'),

stages as (select * from {{ ref('lifecycle_stages') }}),

source_systems as (select * from {{ ref('source_systems') }}),

stage_labels as (select * from {{ ref('stage_labels') }} where entity = 'stage_claims'),

crm_fields as (select * from {{ ref('crm_fields') }}),

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

first_stages as (select min(stage_order) as stage_order from stages),

person_stages as (

    -- The furthest stage that the definition decides and that the person has met; else the first.
    select
        decisions.person_key,
        max(
            case when decisions.is_met then stages.stage_order else first_stages.stage_order end
        ) as met_order
    from decisions
    inner join stages on decisions.stage = stages.stage
    cross join first_stages
    group by decisions.person_key

),

labelled_records as (

    -- A label beyond what the person has met goes back; one behind it goes on, unless the person
    -- has left the funnel.
    select
        record_values.*,
        field_labels.field,
        person_stages.met_order,
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

    -- The furthest stage up to what is met for which the system has a label.
    select
        labelled_records.record_key,
        {{ last_by('field_labels.label', 'row(field_labels.stage_order, field_labels.label)') }}
            as label
    from labelled_records
    inner join field_labels
        on
            labelled_records.system = field_labels.system
            and labelled_records.met_order >= field_labels.stage_order
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
        right_labels.label as right_value,
        labelled_records.correction_reason
    from labelled_records
    inner join right_labels on labelled_records.record_key = right_labels.record_key
    where
        labelled_records.correction_reason is not null
        and lower(labelled_records.label) != lower(right_labels.label)
    union all
    -- A score on the other side of the threshold than ours.
    select
        record_values.record_key,
        record_values.system,
        record_values.record_id,
        record_values.person_key,
        crm_fields.field,
        cast(record_values.score as {{ dbt.type_string() }}) as current_value,
        cast(decisions.score as {{ dbt.type_string() }}) as right_value,
        case
            when decisions.score < cast(rules.value as bigint) then 'score_too_high'
            else 'score_too_low'
        end as correction_reason
    from record_values
    inner join crm_fields
        on record_values.system = crm_fields.system and crm_fields.attribute = 'lead_score'
    inner join decisions on record_values.person_key = decisions.person_key
    inner join rules
        on
            decisions.definition_version = rules.definition_version
            and decisions.stage = rules.stage
    where
        record_values.score is not null
        and (record_values.score >= cast(rules.value as bigint))
        != (decisions.score >= cast(rules.value as bigint))

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
        field_corrections.right_value,
        field_corrections.correction_reason,
        field_corrections.person_key,
        persons.account_key,
        persons.owner_key
    from field_corrections
    inner join persons on field_corrections.person_key = persons.person_key
    left join source_systems on field_corrections.system = source_systems.system

)

select * from crm_corrections
