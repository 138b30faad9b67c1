{# Grain: one row a system, stage, version, monitor of rates, subject, channel and day: bad ones
   and of how many. Not filled: chances whose pattern says unknown at a rule. #}
with

integrity as (select * from {{ ref('int_integrity_counted') }}),

chances as (select * from {{ ref('int_label_chances') }}),

rules as (select * from {{ ref('int_definition_rules_completed') }}),

monitors as (select * from {{ ref('drift_monitors') }} where source = 'rate'),

asked as (

    -- The attribute is looked at once, at the first stage that asks for it.
    select
        definition_version,
        attribute,
        min(stage) as stage
    from rules
    where attribute not in ('evidence', 'score', 'stage')
    group by definition_version, attribute

),

grouped as (

    select
        system,
        stage,
        definition_version,
        channel,
        pattern,
        chance_date,
        count(*) as chance_count
    from chances
    where has_touch
    group by system, stage, definition_version, channel, pattern, chance_date

),

int_rates_counted as (

    select
        integrity.system,
        cast('' as {{ dbt.type_string() }}) as stage,
        integrity.definition_version,
        integrity.signal as monitor,
        integrity.subject,
        'all' as channel,
        integrity.count_date,
        integrity.bad_count,
        integrity.all_count
    from integrity
    inner join monitors on integrity.signal = monitors.monitor
    union all
    select
        grouped.system,
        '' as stage,
        grouped.definition_version,
        'fill_rate' as monitor,
        rules.attribute as subject,
        grouped.channel,
        grouped.chance_date as count_date,
        sum(case
            when substr(grouped.pattern, cast(rules.rule_order as integer), 1) = 'u'
                then grouped.chance_count
            else 0
        end) as bad_count,
        sum(grouped.chance_count) as all_count
    from grouped
    inner join asked
        on
            grouped.definition_version = asked.definition_version
            and grouped.stage = asked.stage
    inner join rules
        on
            asked.definition_version = rules.definition_version
            and asked.stage = rules.stage
            and asked.attribute = rules.attribute
    group by
        grouped.system, grouped.definition_version, rules.attribute, grouped.channel,
        grouped.chance_date
    union all
    select
        system,
        stage,
        definition_version,
        'out_of_the_blue' as monitor,
        '' as subject,
        'all' as channel,
        chance_date as count_date,
        count(case when not has_touch then 1 end) as bad_count,
        count(*) as all_count
    from chances
    where is_labelled
    group by system, stage, definition_version, chance_date

)

select * from int_rates_counted
