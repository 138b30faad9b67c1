{# A query: the same SQL for each system that is an instance of a connector and provides the entity, with the system's name in the column
   system. A company after a merger may have two HubSpots: the var system_connectors names what each of them is.
   Used as a block: call(system) each_instance('hubspot', 'people'), then SQL that reads `system`. #}
{% macro each_instance(connector, entity) -%}
    {%- for system in instances_of(connector, entity) or [connector] %}
    select
        instance_rows.*,
        cast({{ text_literal(system, 'A name in the var systems') }} as {{ dbt.type_string() }}) as system
    from (
        {{ caller(system) }}
    ) as instance_rows
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The connector whose staging models read a system: the system itself, unless the var system_connectors names another one. #}
{% macro connector_of(system) -%} {{ return((var('system_connectors') or {}).get(system, system)) }} {%- endmacro %}

{# The systems of a connector that provide an entity; without an entity, all of them. #}
{% macro instances_of(connector, entity=none) -%}
    {%- set found = [] -%}
    {%- for system, entities in var('systems').items() if connector_of(system) == connector and (entity is none or entity in entities) -%}
        {%- do found.append(system) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# One system's rows of a staging model that holds those of all instances of its connector. Where there is one instance, the model itself. #}
{% macro instance_rows(model, system, alias='instance_rows') -%}
    {%- if instances_of(connector_of(system)) | length > 1 -%}
    (select * from {{ model }} where system = {{ text_literal(system, 'A name in the var systems') }}) as {{ alias }}
    {%- else -%} {{ model }} as {{ alias }}
    {%- endif -%}
{%- endmacro %}

{# A source table of a system. That of a further instance of a connector has the connector's columns, in a schema of its own. #}
{% macro instance_source(system, table) -%}
    {#- Called while dbt parses, too, so that the lineage knows the source. -#}
    {%- set declared = source(connector_of(system), table) -%}
    {%- if not execute or declared.is_cte or connector_of(system) == system -%} {{ return(declared) }} {%- endif -%}
    {{ return(api.Relation.create(
        database=var('source_databases').get(system, declared.database),
        schema=var('source_schemas').get(system, system),
        identifier=var('source_tables').get(system ~ '.' ~ table, table),
    )) }}
{%- endmacro %}

{# Every source table of every system: {system, table, relation, meta}. #}
{% macro instance_sources() -%}
    {%- set found = [] -%}
    {%- for declared in (graph.sources.values() if execute else []) | sort(attribute='unique_id') -%}
        {%- for system in instances_of(declared.source_name) or [declared.source_name] -%}
            {%- set is_declared = system == declared.source_name -%}
            {%- do found.append({'system': system, 'table': declared.name, 'relation': api.Relation.create(
                database=declared.database if is_declared else var('source_databases').get(system, declared.database),
                schema=declared.schema if is_declared else var('source_schemas').get(system, system),
                identifier=declared.identifier if is_declared else var('source_tables').get(system ~ '.' ~ declared.name, declared.name),
            ), 'meta': declared.meta}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The columns of a source table that have other names: the system's own, else those of its connector (var source_columns). #}
{% macro renamed_columns(system, table) -%}
    {%- set renamed = var('source_columns') or {} -%}
    {{ return(renamed.get(system ~ '.' ~ table, renamed.get(connector_of(system) ~ '.' ~ table, {}))) }}
{%- endmacro %}

{# The system that a system means where it names the record of another connector (var system_partners). #}
{% macro partner_of(system, connector) -%}
    {{ return((var('system_partners') or {}).get(system, {}).get(connector, connector)) }}
{%- endmacro %}

{# A seed with rows by system: an instance without a row of its own for a label has that of its connector. #}
{% macro seed_by_system(seed, alias=none) -%}
    {%- set further = [] -%}
    {%- for system in var('systems') if execute and connector_of(system) != system %}{% do further.append(system) %}{% endfor -%}
    {%- if not further or seed.is_cte -%} {{ return(seed ~ (' as ' ~ alias if alias else '')) }} {%- endif -%}
    {#- What one row of a system is about. -#}
    {%- set key = {
        'activity_outcomes': ['kind', 'outcome'],
        'crm_fields': ['attribute', 'field', 'label'],
        'source_systems': [],
        'stage_labels': ['entity', 'label'],
        'survivorship': ['entity', 'attribute'],
    }.get(seed.identifier, ['label']) -%}
    {%- set columns = adapter.get_columns_in_relation(seed) | map(attribute='name') | list -%}
    (
        select {{ columns | join(', ') }}
        from {{ seed }}
        {%- for system in further %}
        {%- set name = text_literal(system, 'A name in the var systems') %}
        union all
        select
            {%- for column in columns %}
            {{ 'cast(' ~ name ~ ' as ' ~ dbt.type_string() ~ ') as system' if column == 'system' else 'shared.' ~ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ seed }} as shared
        where
            shared.system = {{ text_literal(connector_of(system), 'A connector in the var system_connectors') }}
            and not exists (
                select 1 from {{ seed }} as own
                where own.system = {{ name }}{% for column in key %} and own.{{ column }} is not distinct from shared.{{ column }}{% endfor %}
            )
        {%- endfor %}
    ) as {{ alias or seed.identifier }}
{%- endmacro %}
