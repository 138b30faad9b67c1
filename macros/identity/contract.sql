{# CTEs of one round of connected_components(): from edges, each from the greater node to the smaller, `parents_<round>` (node,
   component) and the edges that are left. Later rounds see few nodes and long chains, so they follow more parents. #}
{% macro contract(edges, edges_left, round) %}
hooked_{{ round }}_0 as (

    select
        node,
        min(neighbour) as component
    from {{ edges }}
    group by node

),
{% for jump in range(1, round + 2) %}
hooked_{{ round }}_{{ jump }} as (

    select
        hooked.node,
        coalesce(parents.component, hooked.component) as component
    from hooked_{{ round }}_{{ jump - 1 }} as hooked
    left join hooked_{{ round }}_{{ jump - 1 }} as parents on hooked.component = parents.node

),
{% endfor %}
parents_{{ round }} as (select * from hooked_{{ round }}_{{ round + 1 }}),

moved_{{ round }} as (

    select
        parents.component as one,
        coalesce(other_parents.component, edges.neighbour) as other
    from {{ edges }} as edges
    inner join parents_{{ round }} as parents on edges.node = parents.node
    left join parents_{{ round }} as other_parents on edges.neighbour = other_parents.node

),

{{ edges_left }} as (

    select distinct
        greatest(one, other) as node,
        least(one, other) as neighbour
    from moved_{{ round }}
    where one != other

),
{%- endmacro %}
