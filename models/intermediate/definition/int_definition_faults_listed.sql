{# Grain: one row per fault of the lead definition, as a sentence: of rules, scores, dates of
   versions and agreements. Any row stops the build before a lead is evaluated. #}
{{ config(post_hook="{{ stop_at_faults() }}") }}
{%- set text = dbt.type_string() -%}
{%- set day = "cast(cast({} as date) as " ~ text ~ ")" -%}

with

rule_faults as (select * from {{ ref('int_rule_faults_listed') }}),

rules as (select * from {{ ref('lead_definition_rules') }}),

scores as (select * from {{ ref('lead_definition_scores') }}),

agreements as (

    select * from {{ ref('lead_definition_agreements') }}
    where agreed_by is not null and agreed_on is not null

),

stages as (select * from {{ ref('lifecycle_stages') }}),

versions as (

    select
        *,
        coalesce(cast(definition_version as {{ text }}), '(empty)') as version_name
    from {{ ref('lead_definition_versions') }}

),

dated_versions as (

    select
        *,
        lead(version_name) over (order by valid_from, definition_version) as next_version_name,
        lead(valid_from) over (order by valid_from, definition_version) as next_valid_from
    from versions
    where valid_from is not null

),

version_faults as (

    select
        version_name,
        'there are ' || cast(count(*) as {{ text }}) || ' rows of it. Give each version a number '
        || 'and one row.' as fault
    from versions
    group by version_name
    having count(*) > 1 or version_name = '(empty)'
    union all
    select
        version_name,
        'it ends before it begins. Write a valid_to that is later than valid_from.' as fault
    from dated_versions
    where valid_to <= valid_from
    union all
    select
        version_name,
        'it overlaps with version ' || next_version_name || ' from '
        || {{ day.format('next_valid_from') }} || ' on. Write that day as its valid_to.' as fault
    from dated_versions
    where next_valid_from < {{ or_end('valid_to') }}
    union all
    select
        version_name,
        'it ends, and no version is in force from ' || {{ day.format('valid_to') }}
        || coalesce(' until ' || {{ day.format('next_valid_from') }}, ' on')
        || '. Move its valid_to, or add a version that begins that day.' as fault
    from dated_versions
    where valid_to < {{ or_end('next_valid_from') }}

),

stage_rules as (

    select
        definition_version,
        stage,
        bool_or(attribute in ('evidence', 'score')) as can_be_met
    from rules
    group by definition_version, stage

),

stage_faults as (

    select
        versions.version_name,
        stages.stage,
        'it has no rules. Write down what makes a lead.' as fault
    from versions
    cross join stages
    left join stage_rules
        on
            versions.definition_version = stage_rules.definition_version
            and stages.stage = stage_rules.stage
    where stages.planning_node = 'lead' and stage_rules.stage is null
    union all
    select
        cast(definition_version as {{ text }}) as version_name,
        stage,
        'nobody can reach it. Add a rule evidence or a rule score.' as fault
    from stage_rules
    where not can_be_met

),

agreed_lines as (

    select
        definition_version,
        stage || '|' || rule || '|' || attribute || '|' || operator || '|' || value || '|'
        || if_unknown as line
    from rules
    union all
    select
        definition_version,
        'score|' || kind || '|' || cast(points as {{ text }}) as line
    from scores

),

fingerprints as (

    select
        definition_version,
        substr(md5({{ list_of_texts('line', ', ') }}), 1, 12) as fingerprint
    from agreed_lines
    group by definition_version

),

fingerprint_faults as (

    select
        versions.version_name,
        case
            when versions.fingerprint is null
                then
                    'it is in force without a fingerprint. When all teams have agreed to it, write '
                    || fingerprints.fingerprint || ' as its fingerprint.'
            else
                'its rules or scores have changed since the teams agreed to it. Undo the change '
                || 'and make it a new version. (If all teams agreed to correct this version, write '
                || fingerprints.fingerprint || ' as its fingerprint.)'
        end as fault
    from dated_versions as versions
    inner join fingerprints on versions.definition_version = fingerprints.definition_version
    where coalesce(versions.fingerprint, '') != fingerprints.fingerprint

),

teams as (select distinct owner_team as team from stages where owner_team is not null),

missing_agreements as (

    select
        versions.version_name,
        teams.team
    from dated_versions as versions
    cross join teams
    left join agreements
        on
            versions.definition_version = agreements.definition_version
            and teams.team = agreements.team
    where agreements.team is null

),

int_definition_faults_listed as (

    select sentence from rule_faults
    union
    select 'seeds/lead_definition_versions.csv: no version is in force. Give one a valid_from.'
    from dated_versions
    having count(*) = 0
    union
    select 'seeds/lead_definition_versions.csv, version ' || version_name || ': ' || fault
    from version_faults
    union
    select 'seeds/lead_definition_versions.csv, version ' || version_name || ': ' || fault
    from fingerprint_faults
    union
    select
        'seeds/lead_definition_rules.csv, version ' || version_name || ', stage ' || stage || ': '
        || fault
    from stage_faults
    union
    select
        'seeds/lead_definition_agreements.csv, version ' || version_name || ': it is in force, and '
        || team || ' has not agreed to it. Add the agreement, or make the version a draft: delete '
        || 'its valid_from.'
    from missing_agreements

)

select * from int_definition_faults_listed
