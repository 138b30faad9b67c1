{# CTEs that give every node of a graph the smallest node it hangs together with; the last is `components` (node, component).
   edges: a CTE with node and neighbour, each edge in both directions. rounds: how often labels travel; each round takes the
   smallest label among the neighbours and then the label of that label, so that a chain of n nodes needs about log2(n) rounds. #}
{% macro connected_components(edges, rounds) %}
labels_0 as (

    select distinct
        node,
        node as component
    from {{ edges }}

),
{% for round in range(1, rounds + 1) %}
neighbours_{{ round }} as (

    select
        edges.node,
        min(labels.component) as component
    from {{ edges }} as edges
    inner join labels_{{ round - 1 }} as labels on edges.neighbour = labels.node
    group by edges.node

),

hooked_{{ round }} as (

    select
        labels.node,
        least(labels.component, neighbours.component) as component
    from labels_{{ round - 1 }} as labels
    inner join neighbours_{{ round }} as neighbours on labels.node = neighbours.node

),

labels_{{ round }} as (

    select
        hooked.node,
        roots.component
    from hooked_{{ round }} as hooked
    inner join hooked_{{ round }} as roots on hooked.component = roots.node

),
{% endfor %}
components as (select * from labels_{{ rounds }})
{%- endmacro %}
