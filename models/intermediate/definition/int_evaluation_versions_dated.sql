{# Grain: one row per evaluation and version, with the interval in which that version decides.
   The evaluation in_force, which all published tables use, has every version in its own time;
   each other one has a single version over all of history. #}
-- depends_on: {{ ref('int_definition_faults_listed') }}
with

versions as (select * from {{ ref('lead_definition_versions') }}),

version_intervals as (

    select
        'in_force' as evaluation,
        definition_version,
        valid_from is null as is_draft,
        valid_from,
        {{ or_end('valid_to') }} as valid_to
    from versions
    where valid_from is not null
    union all
    select
        'version_' || cast(definition_version as {{ dbt.type_string() }}) as evaluation,
        definition_version,
        valid_from is null as is_draft,
        {{ start_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to
    from versions
    where {{ is_reevaluated('definition_version') }}

),

int_evaluation_versions_dated as (

    select
        evaluation,
        definition_version,
        is_draft,
        valid_from,
        valid_to,
        -- An undated touch is evaluated by the first version.
        min(valid_from) over (partition by evaluation) as first_valid_from
    from version_intervals

)

select * from int_evaluation_versions_dated
