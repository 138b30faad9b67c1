{# CTEs that give every node of a graph the smallest node it hangs together with; the last is `components` (node, component).
   edges: a CTE with node and neighbour; an edge may stand in one direction or both.
   rounds: how often the graph is contracted. In each round every node takes the smallest of its neighbours for its parent, follows
   parents of parents, and is replaced by the node it comes to. Edges within one node are gone then, so that later rounds work on
   little. At the end the rounds are read backwards. Too few rounds leave a graph in pieces: stop_if_unconverged() says so. #}
{% macro connected_components(edges, rounds) %}
edges_1 as (

    select distinct
        greatest(node, neighbour) as node,
        least(node, neighbour) as neighbour
    from {{ edges }}
    where node != neighbour

),
{% for round in range(1, rounds + 1) %}
{{ contract('edges_' ~ round, 'edges_' ~ (round + 1), round) }}
{% endfor %}
contracted_{{ rounds }} as (select * from parents_{{ rounds }}),
{% for round in range(rounds - 1, 0, -1) %}
contracted_{{ round }} as (

    select
        parents.node,
        coalesce(later.component, parents.component) as component
    from parents_{{ round }} as parents
    left join contracted_{{ round + 1 }} as later on parents.component = later.node
    union all
    select
        later.node,
        later.component
    from contracted_{{ round + 1 }} as later
    left join parents_{{ round }} as parents on later.node = parents.node
    where parents.node is null

),
{% endfor %}
components as (

    select
        node,
        component
    from contracted_1
    union
    -- The smallest node of each part has no smaller one to go to.
    select
        component as node,
        component
    from contracted_1

)
{%- endmacro %}
