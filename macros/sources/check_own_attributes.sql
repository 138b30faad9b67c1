{# Stops a run whose var own_attributes names something that is not there, with a sentence per fault: such an attribute would be null for
   everybody, in silence. Called before any model runs. attributes: those to check, the var's if left out. #}
{% macro check_own_attributes(attributes=none) -%}
    {%- set faults = [] -%}
    {%- for name, own in (attributes or var('own_attributes') or {}).items() if execute -%}
        {%- set fault = fault_of_own_attribute(name, own) -%}
        {%- if fault -%} {%- do faults.append('- ' ~ name ~ ' ' ~ fault) -%} {%- endif -%}
        {%- for place, column in (own.columns.items() if not fault else []) -%}
            {%- set fault_of_place = fault_of_own_column(own.entity, place | string, column | string) -%}
            {%- if fault_of_place -%} {%- do faults.append('- ' ~ name ~ ' is read from ' ~ fault_of_place) -%} {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if faults -%} {{ exceptions.raise_compiler_error('The var own_attributes has faults:\n' ~ faults | join('\n')) }} {%- endif -%}
{%- endmacro %}

{# What is wrong with an own attribute, wherever it is read, in a sentence; none if nothing is. #}
{% macro fault_of_own_attribute(name, own) -%}
    {%- set dimensions = {'people': 'dim_persons', 'companies': 'dim_accounts', 'opportunities': 'dim_opportunities'} -%}
    {%- if not modules.re.match('^[a-z][a-z0-9_]*$', name | string) -%} {{ return('is no name of a column. Use a-z, 0-9 and _.') }}
    {%- elif own is not mapping or own.entity not in dimensions -%} {{ return('has no entity. Write entity: ' ~ dimensions | join(', ') ~ '.') }}
    {%- elif own.type not in ['text', 'number', 'flag'] -%} {{ return('has no type. Write type: text, number or flag.') }}
    {%- elif own.columns is not mapping -%} {{ return('has no columns. Write where it is: {hubspot.company: property_tier}.') }}
    {%- elif name in taken_column_names(own.entity, dimensions[own.entity]) -%}
        {{ return('is a name that ' ~ dimensions[own.entity] ~ ' or the lead definition has already. Choose another one.') }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# The names that an own attribute of an entity may not have: they have a meaning already. #}
{% macro taken_column_names(entity, dimension) -%}
    {%- set taken = ['evidence', 'score', 'stage', 'employees', 'owner_id', 'exit_reason', 'domain', 'lead_score'] -%}
    {%- do taken.extend(definition_attributes(has_own=false)) -%}
    {%- do taken.extend(shape(entity, has_own=false)) -%}
    {%- for node in graph.nodes.values() if node.name == dimension and node.resource_type == 'model' -%}
        {%- do taken.extend(node.columns.keys()) -%}
    {%- endfor -%}
    {{ return(taken) }}
{%- endmacro %}

{# What is wrong with the place of an own attribute, as the rest of a sentence; none if nothing is. #}
{% macro fault_of_own_column(entity, place, column) -%}
    {%- set system, table = (place ~ '.').split('.')[:2] -%}
    {%- if system not in var('systems') or entity not in var('systems')[system] -%}
        {{ return(place ~ ', and the var systems does not list ' ~ entity ~ ' of ' ~ system ~ '. Write the place as system.table, of a system that provides ' ~ entity ~ '.') }}
    {%- endif -%}
    {%- set tables = tables_of_staging('stg_' ~ connector_of(system) ~ '__' ~ entity) -%}
    {%- if table not in tables -%}
        {{ return(place ~ ', which stg_' ~ connector_of(system) ~ '__' ~ entity ~ ' does not read. Write one of its tables: ' ~ tables | join(', ') ~ '.') }}
    {%- endif -%}
    {%- if not modules.re.match('^[A-Za-z0-9_]+$', column) -%}
        {{ return('the column ' ~ column ~ ' of ' ~ place ~ '. Only letters, digits and _ may stand in its name.') }}
    {%- endif -%}
    {%- if landed_name(system, table, column) is none -%}
        {{ return('the column ' ~ column ~ ' of ' ~ place ~ ', and that table has no such column. Correct the name, or load the column with your connector.') }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# The source tables that a staging model reads, itself or through its base models. #}
{% macro tables_of_staging(name) -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.name == name and node.resource_type == 'model' -%}
        {%- set inputs = node.depends_on.nodes | list -%}
        {%- for id in node.depends_on.nodes if id in graph.nodes and graph.nodes[id].name.startswith('base_') -%}
            {%- do inputs.extend(graph.nodes[id].depends_on.nodes) -%}
        {%- endfor -%}
        {%- for id in inputs | unique if id in graph.sources -%}{%- do found.append(graph.sources[id].name) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{%- endmacro %}
