{# Grain: one row a system, stage, version and cell: how often label and definition differ there in
   the reference days. Cells with few people lean on their rule, and it on the system's side. Its
   neighbours: cells of that rule up to six points off, without itself, so that no luck chooses it.
   How seldom it differs: 1 where they never do, half of that for each 1.2 % of them that do. #}
{%- set cell = 'system, stage, definition_version, is_defined, blamed_rule' -%}
{%- set neighbours -%}
over (partition by {{ cell }} order by points range between 6 preceding and 6 following)
{%- endset -%}

with

numbered as (

    select
        *,
        day_number <= {{ int_var('drift_reference_days') }} as is_reference
    from {{ ref('int_chances_counted') }}
    where not is_contested

),

cells as (

    select
        {{ cell }},
        points,
        coalesce(sum(case when is_reference then chance_count end), 0) as chance_count,
        coalesce(sum(case when is_reference then odd_count end), 0) as odd_count
    from numbered
    group by {{ cell }}, points

),

leaning as (

    select
        *,
        (sum(odd_count) over (partition by {{ cell }}) + 0.06)
        / (sum(chance_count) over (partition by {{ cell }}) + 3.0) as rule_rate,
        sum(odd_count) {{ neighbours }} - odd_count as neighbour_odd_count,
        sum(chance_count) {{ neighbours }} - chance_count as neighbour_count
    from cells

),

int_chances_expected as (

    select
        {{ cell }},
        points,
        chance_count as reference_count,
        cast((odd_count + 3 * rule_rate) / (chance_count + 3.0) as decimal(12, 9)) as odd_rate,
        cast(
            exp(-60 * (neighbour_odd_count + 3 * rule_rate) / (neighbour_count + 3.0))
            as decimal(4, 3)
        ) as rareness
    from leaning

)

select * from int_chances_expected
