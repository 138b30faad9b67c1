-- The spells of a deal follow each other, none is empty, and none lasts beyond its close.
select
    spells.opportunity_key,
    spells.starts_at
from {{ ref('int_pipeline_intervals_dated') }} as spells
inner join {{ ref('int_opportunities_described') }} as deals on spells.opportunity_key = deals.opportunity_key
left join {{ ref('int_pipeline_intervals_dated') }} as others
    on
        spells.opportunity_key = others.opportunity_key
        and spells.starts_at < others.starts_at
        and spells.ends_at > others.starts_at
where
    others.opportunity_key is not null
    or spells.ends_at <= spells.starts_at
    or spells.ends_at > deals.closed_at
