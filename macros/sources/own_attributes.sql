{# The attributes of a company's own that the var own_attributes lists for an entity (people, companies or opportunities); without an
   entity, all of them. {name: {entity, type, columns}} #}
{% macro own_attributes(entity=none) -%}
    {%- set found = {} -%}
    {%- for name, own in (var('own_attributes') or {}).items() if entity in [none, own.entity] -%}
        {%- do found.update({name: own}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The type of an own attribute in the shared shape: text, bigint (number) or boolean (flag). #}
{% macro own_attribute_type(name) -%}
    {{ return({'number': 'bigint', 'flag': 'boolean'}.get(own_attributes()[name].type, 'text')) }}
{%- endmacro %}

{# The tables of a system in which an own attribute is, each with its column. A further instance of a connector has the tables and columns of
   the connector, unless the var names its own. {table: column} #}
{% macro own_attribute_columns(name, system) -%}
    {%- set found = {} -%}
    {%- for owner in [connector_of(system), system] -%}
        {%- for place, column in (own_attributes()[name].columns or {}).items() if place.split('.')[0] == owner -%}
            {%- do found.update({place.split('.')[1]: column}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The systems that have an own attribute, in the order in which the var names them: of several that know a value, the first one wins. #}
{% macro own_attribute_systems(name) -%}
    {%- set found = [] -%}
    {%- for place in own_attributes()[name].columns or {} -%}
        {%- for system in var('systems') if place.split('.')[0] in [system, connector_of(system)] and system not in found -%}
            {%- do found.append(system) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# An expression: the own attribute of an entity that a field of a source table is, by the name that a history has for the field, which may lack
   the prefix of the column; null if it is none. #}
{% macro own_attribute_of_field(field, system, entity, table, prefix='') -%}
    {%- set columns = {} -%}
    {%- for name in own_attributes(entity) if table in own_attribute_columns(name, system) -%}
        {%- do columns.update({name: own_attribute_columns(name, system)[table]}) -%}
    {%- endfor -%}
    {%- if not columns -%} {{ typed_null('text') }}
    {%- else -%}
    case
                {%- for name, column in columns.items() %}
                when {{ same_name(field, (column | lower).removeprefix(prefix)) }} then '{{ name }}'
                {%- endfor %}
            end
    {%- endif -%}
{%- endmacro %}

{# An own attribute that is held as text, as a value of its type. #}
{% macro own_attribute_cast(rows, name) -%}
    cast({{ rows }}.{{ name }} as {{ {'text': dbt.type_string()}.get(own_attribute_type(name), own_attribute_type(name)) }})
{%- endmacro %}

{# An own attribute as it is published: a text that fewer records than least_published_records bear is withheld; unknown where it is
   null. A number or flag is as it is. #}
{% macro published_own_attribute(rows, name) -%}
    {%- set column = rows ~ '.' ~ name -%}
    {{ "coalesce(" ~ withheld(column) ~ ", 'unknown')" if own_attribute_type(name) == 'text' else column }}
{%- endmacro %}

{# The value of an own attribute in a staged row of a system, from the row as it has landed (row_json). #}
{% macro own_attribute_value(name, system) -%}
    {%- set columns = own_attribute_columns(name, system) -%}
    {%- set type = own_attribute_type(name) -%}
    {%- if not columns -%} {{ typed_null(type) }}
    {%- else -%}
    case source_table
                {%- for table, column in columns.items() %}
                {%- set value = trimmed(json_value('row_json', landed_name(system, table, column) or column)) %}
                when '{{ table }}' then {{ cast_or_null(value, type) if type != 'text' else 'nullif(' ~ value ~ ", '')" }}
                {%- endfor %}
            end
    {%- endif -%}
{%- endmacro %}

{# A column's name as it has landed (Region__c for region_c), or none if the source table has no such column, or is not there. #}
{% macro landed_name(system, table, column) -%}
    {%- set plain = column | lower | replace('_', '') -%}
    {%- set found = [] -%}
    {%- for source in instance_sources() if source.system == system and source.table == table -%}
        {%- set relation = find_relation(source.relation.database, source.relation.schema, source.relation.identifier) -%}
        {%- for landed in (adapter.get_columns_in_relation(relation) if relation else []) if landed.name | lower | replace('_', '') == plain -%}
            {%- do found.append(landed.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(column if column in found else (found | first if found else none)) }}
{%- endmacro %}
