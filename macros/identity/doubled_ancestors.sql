{# CTEs that follow every node's parents up, twice as far in each round, so that 6 rounds see 64 of them; the last is `ancestors`
   (node, jump, top, smallest): the ancestor that far up (null where the way ends before), the last one met on the way, and the
   smallest node met before the jump. Who still has a jump is caught in a cycle.
   parents: a CTE with node and parent, one row a node. #}
{% macro doubled_ancestors(parents, rounds) %}
ancestors_0 as (

    select
        node,
        parent as jump,
        parent as top,
        node as smallest
    from {{ parents }}

),
{% for round in range(1, rounds + 1) %}
ancestors_{{ round }} as (

    select
        nearer.node,
        farther.jump,
        coalesce(farther.top, nearer.top) as top,
        least(nearer.smallest, coalesce(farther.smallest, nearer.smallest)) as smallest
    from ancestors_{{ round - 1 }} as nearer
    left join ancestors_{{ round - 1 }} as farther on nearer.jump = farther.node

),
{% endfor %}
ancestors as (select * from ancestors_{{ rounds }})
{%- endmacro %}
