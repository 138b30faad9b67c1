{# Grain: one row a evaluation of judgement and version, with the time in which that version decides:
   in_force, on which everything published stands, and each version alone over all of history. #}
-- depends_on: {{ ref('int_definition_checked') }}
with

versions as (select * from {{ ref('lead_definition_versions') }}),

evaluations as (

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

int_definition_versions_dated as (

    select
        evaluation,
        definition_version,
        is_draft,
        valid_from,
        valid_to,
        -- What nobody dated is judged by the first version.
        min(valid_from) over (partition by evaluation) as first_valid_from
    from evaluations

)

select * from int_definition_versions_dated
