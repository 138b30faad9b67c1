-- The share of persons with a recent touch for whom the attribute of a rule is known.
with

person_attributes as (

    select person_key, attribute, bool_and(outcome <> 'unknown') as is_known
    from marts.definition_explained
    where
        definition_version = $version
        and decided_at >= $since
        and decided_at < $cutoff
        and attribute not in ('evidence', 'score', 'stage')
    group by person_key, attribute

)

select
    attribute as subject,
    cast(null as text) as owner_team,
    case when count(*) >= $fewest then count(*) filter (is_known) / count(*) end as value,
    count(*) as row_count
from person_attributes
group by attribute
order by subject
