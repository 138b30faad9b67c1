{# What is compared is what the columns say in their meta (docs/kpis.md). #}
{% set marts = {
    'conversion_cohorts': ref('conversion_cohorts'),
    'conversion_estimates_by_slice': ref('conversion_estimates_by_slice'),
    'definition_backtest': ref('definition_backtest'),
    'kpi_campaigns': ref('kpi_campaigns'),
    'kpi_scorecard_by_period': ref('kpi_scorecard_by_period'),
    'kpi_unit_economics_by_slice': ref('kpi_unit_economics_by_slice'),
    'stage_qualifications': ref('stage_qualifications'),
    'stage_volumes_by_period': ref('stage_volumes_by_period'),
} %}
{% set counts = counts_of_stages(marts) %}
with

stages as (

    select
        stage,
        coalesce(planning_node, 'none') as node
    from {{ ref('lifecycle_stages') }}
    where entered_by = 'definition'

),

steps as (select * from {{ ref('int_stage_pairs_listed') }} where is_next),

-- What a row of a mart is about, and what is compared for it.
subjects as (

    select
        'stage' as kind,
        stage as code,
        stage as compared
    from stages
    union all
    select
        'step' as kind,
        steps.step as code,
        steps.stage as compared
    from steps
    inner join stages on steps.stage = stages.stage
    union all
    select distinct
        'node' as kind,
        node as code,
        node as compared
    from stages

),

-- Of those who came before the records, only who became a customer is seen: a rate that counts them
-- is too high.
older_customers as (

    select distinct journey_key
    from {{ ref('dim_opportunities') }}
    where journey_match_method = 'account_won_before_the_records'

),

entries as (

    select
        lifecycle.stage,
        stages.node,
        lifecycle.is_qualified,
        lifecycle.qualification,
        lifecycle.qualified_at,
        older_customers.journey_key is null as is_recorded,
        journeys.started_at is not null as has_start
    from {{ ref('fct_lifecycle') }} as lifecycle
    inner join stages on lifecycle.stage = stages.stage
    inner join {{ ref('fct_journeys') }} as journeys on lifecycle.journey_key = journeys.journey_key
    left join older_customers on lifecycle.journey_key = older_customers.journey_key
    where lifecycle.stage_entry_number = 1

),

counts as (

    select
        'fct_lifecycle.is_qualified' as counted,
        stage,
        count(*) filter (where is_qualified) as mart_count,
        0 as fact_count
    from entries
    group by stage
    union all
    select
        'fct_lifecycle.is_qualified' as counted,
        stage,
        0 as mart_count,
        count(*) as fact_count
    from {{ ref('int_qualifications_evaluated') }}
    where evaluation = 'in_force'
    group by stage
    union all
    select
        'kpi_reviews_by_period.actual' as counted,
        stages.stage,
        sum(kpi_values.actual) as mart_count,
        0 as fact_count
    from {{ ref('int_kpi_values_aggregated') }} as kpi_values
    inner join {{ ref('kpi_list') }} as kpis on kpi_values.metric = kpis.metric
    inner join stages on kpis.numerator = 'entered_' || stages.stage
    where
        kpi_values.period_kind = 'month'
        and kpi_values.funnel = 'all'
        and kpis.denominator is null
    group by stages.stage
    union all
    select
        'kpi_reviews_by_period.actual' as counted,
        stage,
        0 as mart_count,
        count(*) as fact_count
    from entries
    where is_qualified and qualified_at is not null
    group by stage
    {%- for count in counts if count.relation %}
    union all
    select
        '{{ count.table }}.{{ count.column }}' as counted,
        subjects.compared as stage,
        sum(mart.{{ count.column }}) as mart_count,
        0 as fact_count
    from {{ count.relation }} as mart
    inner join subjects on {{ count.code }} = subjects.code and subjects.kind = '{{ count.kind }}'
    where {{ count.rows }}
    group by subjects.compared
    union all
    select
        '{{ count.table }}.{{ count.column }}' as counted,
        {{ 'node' if count.kind == 'node' else 'stage' }} as stage,
        0 as mart_count,
        count(*) as fact_count
    from entries
    where {{ count.entries }}
    group by {{ 'node' if count.kind == 'node' else 'stage' }}
    {%- endfor %}

)

select
    counted,
    stage,
    sum(mart_count) as mart_count,
    sum(fact_count) as fact_count
from counts
group by counted, stage
having sum(mart_count) != sum(fact_count)
{%- for count in counts if not count.relation %}
union all
select
    '{{ count.table }}.{{ count.column }}: the list of this test lacks its table' as counted,
    null as stage,
    null as mart_count,
    null as fact_count
{%- endfor %}
