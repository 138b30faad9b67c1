{# Grain: one row a chance whose label days are over: which version judges it, on whom, with what
   score, and by which channel the touch came. #}
with

found as (

    select
        *,
        {{ add_days('cast(chance_date as timestamp)', 1) }} as ends_at
    from {{ ref('int_chances_found') }}
    where
        {{ add_days('cast(chance_date as timestamp)', int_var('label_days') ~ ' + 1') }}
        <= {{ cutoff() }}

),

touches as (select * from {{ ref('int_touches_scored') }} where evaluation = 'in_force'),

channels as (select * from {{ ref('int_touches_resolved') }}),

spells as (select * from {{ ref('int_person_profiles_dated') }}),

versions as (select * from {{ ref('int_definition_versions_dated') }} where evaluation = 'in_force'),

int_chances_placed as (

    select
        found.*,
        touches.journey_key,
        touches.score,
        versions.definition_version,
        spells.profile_key,
        channels.channel
    from found
    inner join versions
        on
            cast(found.chance_date as timestamp) >= versions.valid_from
            and cast(found.chance_date as timestamp) < versions.valid_to
    left join touches on found.touch_key = touches.touch_key
    left join channels on found.touch_key = channels.touch_key
    left join spells
        on
            found.person_key = spells.person_key
            and found.ends_at > spells.valid_from
            and found.ends_at <= spells.valid_to

)

select * from int_chances_placed
