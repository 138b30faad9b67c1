{# Grain: one row a basis of judgement and version, with the time in which that version decides:
   in_force, on which everything published stands, and each version alone over all of history. #}
-- depends_on: {{ ref('int_definition_checked') }}
with

versions as (select * from {{ ref('lead_definition_versions') }}),

bases as (

    select
        'in_force' as basis,
        definition_version,
        valid_from is null as is_draft,
        valid_from,
        {{ or_end('valid_to') }} as valid_to
    from versions
    where valid_from is not null
    union all
    select
        'version ' || cast(definition_version as {{ dbt.type_string() }}) as basis,
        definition_version,
        valid_from is null as is_draft,
        {{ start_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to
    from versions
    where {{ is_rejudged('definition_version') }}

),

int_definition_versions_dated as (

    select
        basis,
        definition_version,
        is_draft,
        valid_from,
        valid_to,
        -- What nobody dated is judged by the first version.
        min(valid_from) over (partition by basis) as first_valid_from
    from bases

)

select * from int_definition_versions_dated
