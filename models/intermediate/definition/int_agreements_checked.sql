{# Grain: one row a version in force whose rules are not those that were agreed, or a team that
   has not agreed, with a sentence that says what to do. #}
{%- set text = dbt.type_string() -%}

with

versions as (

    select * from {{ ref('lead_definition_versions') }} where valid_from is not null

),

rules as (select * from {{ ref('lead_definition_rules') }}),

scores as (select * from {{ ref('lead_definition_scores') }}),

agreements as (select * from {{ ref('lead_definition_agreements') }}),

stages as (select * from {{ ref('lifecycle_stages') }}),

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

fingerprinted as (

    select
        definition_version,
        substr(md5({{ list_of_texts('line', ', ') }}), 1, 12) as fingerprint
    from agreed_lines
    group by definition_version

),

teams as (select distinct owner_team as team from stages),

int_agreements_checked as (

    select
        'Version ' || cast(versions.definition_version as {{ text }})
        || case
            when versions.fingerprint is null
                then
                    ' is in force without a fingerprint: when all teams have agreed to it, write '
                    || fingerprinted.fingerprint || ' under fingerprint.'
            else
                ' is in force and its rules or scores are no longer those that were agreed: put '
                || 'them back, and make the change a new version. (If all teams agreed to mend '
                || 'this one, write ' || fingerprinted.fingerprint || ' under fingerprint.)'
        end as sentence
    from versions
    inner join fingerprinted on versions.definition_version = fingerprinted.definition_version
    where coalesce(versions.fingerprint, '') != fingerprinted.fingerprint
    union all
    select
        'Version ' || cast(versions.definition_version as {{ text }}) || ' is in force and '
        || teams.team || ' has not agreed to it: add the agreement to lead_definition_agreements, '
        || 'or make the version a draft by emptying its valid_from.' as sentence
    from versions
    cross join teams
    left join agreements
        on
            versions.definition_version = agreements.definition_version
            and teams.team = agreements.team
            and agreements.agreed_by is not null
            and agreements.agreed_on is not null
    where agreements.team is null

)

select * from int_agreements_checked
