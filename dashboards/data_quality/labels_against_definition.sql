-- How many people does each system call a lead, MQL or SQL who do not meet the definition? Chart: bars.
select
    system,
    stage,
    sum(person_count) as labelled_count,
    sum(case when not is_defined then person_count else 0 end) as not_defined_count,
    round(
        1.0 * sum(case when not is_defined then person_count else 0 end) / sum(person_count), 4
    ) as not_defined_rate
from marts.label_agreement_counts
where is_labelled
group by system, stage
order by system, stage
