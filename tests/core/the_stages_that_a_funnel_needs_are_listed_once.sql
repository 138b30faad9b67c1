{%- set nodes = {
    'awareness': "'first_touch'",
    'lead': "'definition'",
    'prospect': "'definition', 'evidence'",
    'opportunity': "'opportunity_created'",
    'win': "'opportunity_won'",
} %}
{%- set mandatory = ['first_touch', 'opportunity_created', 'opportunity_won', 'opportunity_lost'] %}
{%- set after_win = [
    'renewal_won', 'expansion_won', 'subscriptions_reduced', 'subscriptions_resumed'
] %}
with

stages as (select * from {{ ref('lifecycle_stages') }}),

faults as (

    {%- for node, ways in nodes.items() %}
    select
        'The planning node {{ node }} needs exactly one stage; it has '
        || cast(count(*) as {{ dbt.type_string() }}) || '.' as sentence
    from stages
    where planning_node = '{{ node }}'
    having count(*) != 1
    union all
    select
        'The stage ' || stage || ' has the planning node {{ node }} but is entered by '
        || coalesce(entered_by, 'nothing') || ': it must be {{ ways | replace("'", "") }}.'
            as sentence
    from stages
    where planning_node = '{{ node }}' and coalesce(entered_by, '') not in ({{ ways }})
    union all
    {%- endfor %}
    {%- for way in mandatory %}
    select
        'Exactly one stage must be entered by {{ way }}; there are '
        || cast(count(*) as {{ dbt.type_string() }}) || '.' as sentence
    from stages
    where entered_by = '{{ way }}'
    having count(*) != 1
    union all
    {%- endfor %}
    {%- for way in after_win + ['subscriptions_ended'] %}
    select
        'At most one stage may be entered by {{ way }}; there are '
        || cast(count(*) as {{ dbt.type_string() }}) || '.' as sentence
    from stages
    where entered_by = '{{ way }}'
    having count(*) > 1
    union all
    {%- endfor %}
    select
        'The stage ' || stage || ' is entered by ' || entered_by || ', so is_exit must be '
        || case when is_exit then 'false' else 'true' end || '.' as sentence
    from stages
    where
        is_exit
        != (entered_by in ('disqualification', 'opportunity_lost', 'subscriptions_ended'))
    union all
    select
        'The stage ' || later.stage || ' must have a higher stage_order than ' || earlier.stage
        || '.' as sentence
    from stages as earlier
    inner join stages as later on earlier.stage_order > later.stage_order
    where
        (not earlier.is_exit and later.is_exit)
        or (earlier.planning_node = 'awareness' and later.planning_node is not null)
        or (earlier.planning_node = 'lead' and later.planning_node in ('prospect', 'opportunity'))
        or (earlier.planning_node = 'prospect' and later.planning_node = 'opportunity')
        or (
            earlier.planning_node in ('lead', 'prospect', 'opportunity')
            and later.planning_node = 'win'
        )
        or (
            earlier.planning_node = 'win'
            and later.entered_by in ('{{ after_win | join("', '") }}')
        )

)

select sentence from faults
