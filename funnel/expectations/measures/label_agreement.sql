-- The share of recently labelled persons who do not meet the definition, by system and stage.
select
    agreement.system || ', ' || agreement.stage as subject,
    stages.owner_team,
    case
        when sum(person_count) filter (is_labelled) >= $fewest
            then coalesce(sum(person_count) filter (not is_defined), 0) / sum(person_count)
    end as value,
    sum(person_count) as row_count
from marts.label_agreement_counts as agreement
inner join seeds.lifecycle_stages as stages on agreement.stage = stages.stage
where
    is_labelled
    and definition_version = $version
    and recorded_date between $since and $cutoff
group by agreement.system, agreement.stage, stages.owner_team
order by subject
