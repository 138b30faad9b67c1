{# Grain: one row a spell: its rule, its owner, and the sentence that tells it. #}
with

spells as (select * from {{ ref('int_spells_measured') }}),

monitors as (select * from {{ ref('drift_monitors') }}),

told as (select * from {{ ref('int_spells_ruled') }}),

rules as (select * from {{ ref('int_definition_rules_completed') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

asked as (

    select
        definition_version,
        attribute,
        min(rule) as rule
    from rules
    where attribute not in ('evidence', 'stage')
    group by definition_version, attribute

),

ruled as (

    select
        spells.*,
        monitors.meaning,
        monitors.keeps_out,
        monitors.severity,
        case
            when monitors.keeps_out = 'rule' then spells.subject
            else coalesce(told.rule, asked.rule)
        end as rule
    from spells
    inner join monitors on spells.monitor = monitors.monitor
    left join told
        on
            {{ same('spells', 'told', ['system', 'stage', 'definition_version', 'monitor',
                'first_seen_date']) }}
    left join asked
        on
            spells.definition_version = asked.definition_version
            and asked.attribute = case
                when
                    (monitors.from_points is not null and monitors.keeps_out != 'any')
                    or spells.kind = 'score_recalibrated'
                    then 'score'
                when spells.kind = 'fill_rate' then spells.subject
                when spells.kind = 'unknown_value'
                    then substr(spells.subject, 1, position(' ' in spells.subject) - 1)
            end

),

int_spells_named as (

    select
        {{ key_of([
            'ruled.system', 'ruled.kind', 'ruled.stage', 'ruled.monitor',
            "coalesce(ruled.rule, '')", 'ruled.subject', 'ruled.first_seen_date',
        ]) }} as alert_key,
        ruled.kind,
        ruled.severity,
        ruled.system,
        nullif(ruled.stage, '') as stage,
        ruled.definition_version,
        ruled.rule,
        case
            when ruled.keeps_out = 'rule' or ruled.subject = '' then null
            else ruled.subject
        end as subject,
        coalesce(stages.owner_team, {{ system_owner('ruled.system') }}) as owner_team,
        {{ alert_sentence('ruled') }} as summary,
        ruled.observed_count,
        ruled.expected_volume,
        ruled.affected_count,
        ruled.first_seen_date,
        ruled.last_seen_date
    from ruled
    left join stages on ruled.stage = stages.stage

)

select * from int_spells_named
