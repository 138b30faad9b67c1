{# Grain: one row a fault of the versions themselves - their dates, and that each can make a lead
   - with a sentence that says what to do. #}
{%- set version = "cast({} as " ~ dbt.type_string() ~ ")" -%}
{%- set day = "cast(cast({} as date) as " ~ dbt.type_string() ~ ")" -%}

with

versions as (select * from {{ ref('lead_definition_versions') }}),

rules as (select * from {{ ref('lead_definition_rules') }}),

counted as (

    select
        definition_version,
        count(*) as times
    from versions
    group by definition_version

),

stages as (

    select
        definition_version,
        stage,
        bool_or(attribute in ('evidence', 'score')) as is_met_by_something
    from rules
    group by definition_version, stage

),

dated as (

    select
        *,
        lead(definition_version) over (order by valid_from, definition_version) as next_version,
        lead(valid_from) over (order by valid_from, definition_version) as next_from
    from versions
    where valid_from is not null

),

int_versions_checked as (

    select
        'Version ' || coalesce({{ version.format('definition_version') }}, '(none)') || ' stands '
        || {{ version.format('times') }}
        || ' times in lead_definition_versions: give each version one row and a number.' as sentence
    from counted
    where times > 1 or definition_version is null
    union all
    select 'No version of the lead definition is in force: give one a valid_from.' as sentence
    from (select count(*) as dated_count from dated) as tally
    where dated_count = 0
    union all
    select
        'Version ' || {{ version.format('definition_version') }}
        || ' ends before it begins: write a valid_to after its valid_from.' as sentence
    from dated
    where valid_to <= valid_from
    union all
    select
        'Versions ' || {{ version.format('definition_version') }} || ' and '
        || {{ version.format('next_version') }} || ' overlap from ' || {{ day.format('next_from') }}
        || ' on: write that day as the valid_to of version '
        || {{ version.format('definition_version') }} || '.' as sentence
    from dated
    where next_from < {{ or_end('valid_to') }}
    union all
    select
        'No version is in force from ' || {{ day.format('valid_to') }} || ' on'
        || coalesce(' until ' || {{ day.format('next_from') }}, '')
        || ': move the valid_to of version ' || {{ version.format('definition_version') }}
        || ', or add a version from that day on.' as sentence
    from dated
    where valid_to < {{ or_end('next_from') }}
    union all
    select
        'Version ' || {{ version.format('versions.definition_version') }}
        || ' has no rules for the stage lead: add what makes a lead.' as sentence
    from versions
    left join stages
        on versions.definition_version = stages.definition_version and stages.stage = 'lead'
    where stages.stage is null
    union all
    select
        'Nothing can make a person a ' || stages.stage || ' under version '
        || {{ version.format('stages.definition_version') }}
        || ': add a rule evidence or a rule score to that stage.' as sentence
    from stages
    where not stages.is_met_by_something

)

select * from int_versions_checked
where sentence is not null
