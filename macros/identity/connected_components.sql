{# A query: for every node of a graph that has an edge, the smallest node that it is connected with (node, component).
   edges: a relation with node and neighbour; an edge may be listed in one direction or in both.
   rounds: how often the graph is contracted. In each round every node takes the smallest of its neighbours as its parent, follows
   parents of parents, and is replaced by the node that it reaches. Edges within one node are then dropped, so later rounds have little
   to do; they see few nodes and long chains, so they follow more parents. At the end the rounds are read backwards. Too few rounds
   leave a component in pieces: stop_if_unconverged() finds that. SQL has no loop that all engines share, hence a macro.
   stored_edges: a query of tables with the edges (node, neighbour), for engines that search by steps of their own. It may have further
   edges between nodes that no edge connects with these. #}
{% macro connected_components(edges, rounds, stored_edges) -%}
    {{ return(adapter.dispatch('connected_components', 'revenue_funnel')(edges, rounds, stored_edges)) }}
{%- endmacro %}

{% macro default__connected_components(edges, rounds, stored_edges) %}
    with

    edges_1 as (

        select distinct
            greatest(node, neighbour) as node,
            least(node, neighbour) as neighbour
        from {{ edges }}
        where node != neighbour

    ),
    {% for round in range(1, rounds + 1) %}
    parents_{{ round }}_0 as (

        select
            node,
            min(neighbour) as component
        from edges_{{ round }}
        group by node

    ),
    {% for jump in range(1, round + 2) %}
    parents_{{ round }}_{{ jump }} as (

        select
            nodes.node,
            coalesce(parents.component, nodes.component) as component
        from parents_{{ round }}_{{ jump - 1 }} as nodes
        left join parents_{{ round }}_{{ jump - 1 }} as parents on nodes.component = parents.node

    ),
    {% endfor %}
    parents_{{ round }} as (select * from parents_{{ round }}_{{ round + 1 }}),

    contracted_edges_{{ round }} as (

        select
            parents.component as node,
            coalesce(other_parents.component, edges.neighbour) as neighbour
        from edges_{{ round }} as edges
        inner join parents_{{ round }} as parents on edges.node = parents.node
        left join parents_{{ round }} as other_parents on edges.neighbour = other_parents.node

    ),

    edges_{{ round + 1 }} as (

        select distinct
            greatest(node, neighbour) as node,
            least(node, neighbour) as neighbour
        from contracted_edges_{{ round }}
        where node != neighbour

    ),
    {% endfor %}
    components_{{ rounds }} as (select * from parents_{{ rounds }}),
    {% for round in range(rounds - 1, 0, -1) %}
    components_{{ round }} as (

        select
            parents.node,
            coalesce(later.component, parents.component) as component
        from parents_{{ round }} as parents
        left join components_{{ round + 1 }} as later on parents.component = later.node
        union all
        select
            later.node,
            later.component
        from components_{{ round + 1 }} as later
        left join parents_{{ round }} as parents on later.node = parents.node
        where parents.node is null

    ),
    {% endfor %}
    components as (

        select
            node,
            component
        from components_1
        union
        -- The smallest node of a component has no smaller one to follow.
        select
            component as node,
            component
        from components_1

    )

    select
        node,
        component
    from components
{%- endmacro %}

{#- Spark repeats a CTE wherever it is read, and would plan thousands of joins. Each step is a table, until nothing changes: a node takes
    the smallest component of its neighbours, then that component's own. -#}
{% macro spark__connected_components(edges, rounds, stored_edges) -%}
    {%- if not execute or flags.WHICH not in ('build', 'run') -%}
        select cast(null as bigint) as node, cast(null as bigint) as component where false
    {%- else -%}
        {%- set search_name = '__' ~ local_md5(stored_edges)[:6] ~ '_' -%}
        {%- do spark__drop_tables(this, search_name ~ '*') -%}
        {%- set prefix = this ~ search_name ~ local_md5(invocation_id)[:6] ~ '_' -%}
        {%- do spark__make_step(prefix ~ 'edges', "select node, neighbour from (" ~ stored_edges ~ ") where node <> neighbour union select neighbour, node from ("
            ~ stored_edges ~ ") where node <> neighbour") -%}
        {%- do spark__make_step(prefix ~ 0, 'select distinct node, node as component from ' ~ prefix ~ 'edges') -%}
        {%- set search = namespace(last=0, is_over=false) -%}
        {%- for round in range(1, 100) if not search.is_over -%}
            {%- set before = prefix ~ (round - 1) -%}
            {%- do spark__make_step(prefix ~ 'near', 'select edges.node, min(least(nodes.component, neighbours.component)) as component from ' ~ prefix ~ 'edges as edges'
                ~ ' inner join ' ~ before ~ ' as nodes on edges.node = nodes.node'
                ~ ' inner join ' ~ before ~ ' as neighbours on edges.neighbour = neighbours.node group by edges.node') -%}
            {%- do spark__make_step(prefix ~ round, 'select nodes.node, least(nodes.component, parents.component) as component from ' ~ prefix ~ 'near as nodes'
                ~ ' inner join ' ~ prefix ~ 'near as parents on nodes.component = parents.node') -%}
            {%- set changed = run_query('select 1 from ' ~ prefix ~ round ~ ' as nodes inner join ' ~ before ~ ' as earlier on nodes.node = earlier.node'
                ~ ' where nodes.component <> earlier.component limit 1') -%}
            {%- do run_query('drop table ' ~ before) -%}
            {%- set search.is_over = changed | length == 0 -%}
            {%- set search.last = round -%}
        {%- endfor -%}
        {%- do run_query('drop table ' ~ prefix ~ 'edges') -%}
        {%- do run_query('drop table ' ~ prefix ~ 'near') -%}
        {%- if not search.is_over -%} {{ exceptions.raise_compiler_error('The search for connected records did not end.') }} {%- endif -%}
        select node, component from {{ prefix ~ search.last }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__make_step(name, query) -%}
    {%- do run_query('drop table if exists ' ~ name) -%}
    {%- do run_query('create table ' ~ name ~ ' as ' ~ query) -%}
{%- endmacro %}
