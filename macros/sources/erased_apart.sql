{# A relation in place of a staging model, once the schema history has persons who were erased (docs/erasure.md): rows of such a
   person are quarantined as erased, without a value or an id; references to them in other rows have the random id in its place; and
   the anonymous rows that stay are added. Without such persons, and in unit tests, it is the staging model itself.
   columns: {column: type} as stack_systems wants them; staged: the columns that the staging model has. #}
{% macro erased_apart(system, entity, staging, columns, staged) -%}
    {%- set roles = erasure_roles().get(entity) -%}
    {%- set identifiers = erasure_table('erased_identifiers') if roles and staged and not staging.is_cte else none -%}
    {%- if not identifiers -%} {{ return(staging) }} {%- endif -%}
    {%- set rows = erasure_table('erased_rows') -%}
    {%- set names = [] -%}
    {%- for name in columns if name in staged %}{% do names.append(name) %}{% endfor -%}
    {%- set others = [] -%}
    {%- for role in roles.others if role.column in staged %}{% do others.append(role.column) %}{% endfor -%}
    {%- set people = staging.incorporate(path={'identifier': 'stg_' ~ system ~ '__people'}) -%}
    {%- set has_people = 'people' in var('systems')[system] and entity != 'person_links' and (roles.own | selectattr('kind', 'equalto', 'record') | list) -%}
    {#- Whose a row is, its own address says, and never one that a text mentions. -#}
    {%- set addressed = none -%}
    {%- if entity == 'people' and 'email' in staged -%} {%- set addressed = has_erased_address('staged.email') -%}
    {%- elif entity in ('touches', 'service_events') and 'row_json' in staged -%}
        {%- set addressed = ('staged.record_id is null and ' if 'record_id' in staged else '') ~ has_erased_address('staged.row_json') -%}
    {%- endif -%}
    {%- set columns_of_people = adapter.get_columns_in_relation(people) | map(attribute='name') | map('lower') | list if has_people else [] -%}
    {%- set has_people = has_people and ('email' in columns_of_people or not columns_of_people) -%}
    (
        with

        pads as (

            {{ erasure_pads() }}

        ),

        identifiers as (select * from {{ identifiers }}),

        known_addresses as (

            select coalesce(list(identifier_hash), []) as address_hashes
            from identifiers
            where kind = 'address'

        ),
        {%- for kind in ['record', 'company'] %}
        {%- set references = [] %}
        {%- for role in roles.own + roles.others if role.kind == kind and role.column in staged %}{% do references.append(role.column) %}{% endfor %}

        {{ kind }}_references as (

            {%- for name in references %}
            select distinct {{ name }} as reference from {{ staging }}
            {{ 'union' if not loop.last }}
            {%- else %}
            select {{ typed_null('text') }} as reference where false
            {%- endfor %}

        ),

        erased_{{ kind }}_ids as (

            select
                {{ kind }}_references.reference,
                identifiers.replacement
            from {{ kind }}_references
            cross join pads
            inner join identifiers
                on
                    identifiers.kind = '{{ kind }}'
                    and identifiers.identifier_hash = {{ keyed_hash(
                        "'" ~ kind ~ "|' || " ~ key_of(["'" ~ system ~ "'", kind ~ '_references.reference'])
                    ) }}

        ),
        {%- endfor %}

        addressed_people as (

            -- A record of another id with one of their addresses is theirs, too.
            {%- if has_people %}
            select staged.record_id as reference
            from {{ people }} as staged
            cross join pads
            cross join known_addresses
            where {{ has_erased_address('staged.email') }}
            {%- else %}
            select {{ typed_null('text') }} as reference where false
            {%- endif %}

        ),

        marked_rows as (

            select
                staged.*,
                {%- for role in roles.own if role.column in staged %}
                coalesce({{ role.where or 'true' }} and staged.{{ role.column }} in (select reference from erased_{{ role.kind }}_ids), false) or
                {%- if role.kind == 'record' and has_people %}
                coalesce({{ role.where or 'true' }} and staged.{{ role.column }} in (select reference from addressed_people), false) or
                {%- endif %}
                {%- endfor %}
                {%- if addressed %}
                coalesce({{ addressed }}, false) or
                {%- endif %}
                false as is_erased
            from {{ staging }} as staged
            cross join pads
            cross join known_addresses

        )

        select
            {%- for name in names %}
            {%- if name == 'source_key' %}
            case when marked_rows.is_erased then 'erased ' || substr({{ keyed_hash("'row|' || marked_rows.source_key") }}, 1, 16) else marked_rows.source_key end
            {%- elif name == 'reason_code' %}
            case
                when marked_rows.is_erased and (marked_rows.reason_code is null or marked_rows.reason_code not in {{ set_aside_codes() }}) then 'erased'
                else marked_rows.reason_code
            end
            {%- elif name in ('source_table', 'loaded_at') %}
            marked_rows.{{ name }}
            {%- elif name in others %}
            case
                when marked_rows.is_erased then null
                {%- if name == 'primary_record_id' %}
                -- Its row may have been deleted since: the anonymous one stays.
                when kept_rows.{{ name }} is not null then kept_rows.{{ name }}
                {%- endif %}
                when {{ name }}_erased.reference is not null then {{ name }}_erased.replacement
                else marked_rows.{{ name }}
            end
            {%- elif name == 'row_json' and others %}
            case
                when marked_rows.is_erased {% for other in others %} or {{ other }}_erased.reference is not null{% endfor %} then null
                else marked_rows.row_json
            end
            {%- else %}
            case when marked_rows.is_erased then null else marked_rows.{{ name }} end
            {%- endif %} as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from marked_rows
        cross join pads
        {%- for role in roles.others if role.column in staged %}
        left join erased_{{ role.kind }}_ids as {{ role.column }}_erased on marked_rows.{{ role.column }} = {{ role.column }}_erased.reference
        {%- endfor %}
        {%- if 'primary_record_id' in others %}
        left join (
            select
                row_json ->> '$.opportunity_id' as opportunity_id,
                max_by(row_json ->> '$.primary_record_id', snapshotted_at) as primary_record_id
            from {{ rows }}
            where entity = 'opportunities' and system = '{{ system }}'
            group by row_json ->> '$.opportunity_id'
        ) as kept_rows on marked_rows.opportunity_id = kept_rows.opportunity_id
        {%- endif %}
        {%- if roles.own %}
        union all
        select
            {%- for name in names %}
            cast(row_json ->> '$.{{ name }}' as {{ {'text': dbt.type_string(), 'decimal': 'decimal(18, 4)'}.get(columns[name], columns[name]) }}) as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ rows }}
        where entity = '{{ entity }}' and system = '{{ system }}'
        {%- endif %}
    ) as erased_apart
{%- endmacro %}

{# For each entity in which persons are: own, the columns that say whose the row is, and others, the columns in which rows of others
   refer to a person. Each is an id of a record (a person) or of a company (a person's own, such as a billing customer). #}
{% macro erasure_roles() -%}
    {%- set record = {'column': 'record_id', 'kind': 'record'} -%}
    {{ return({
        'people': {'own': [record], 'others': []},
        'person_links': {'own': [record, {'column': 'other_record_id', 'kind': 'record'}], 'others': []},
        'touches': {'own': [record], 'others': []},
        'stage_claims': {'own': [record], 'others': []},
        'attribute_changes': {
            'own': [
                dict(record, where="staged.entity = 'people'"),
                {'column': 'record_id', 'kind': 'company', 'where': "staged.entity = 'companies'"},
            ],
            'others': [],
        },
        'opportunity_people': {'own': [record], 'others': []},
        'service_events': {'own': [record], 'others': []},
        'companies': {'own': [{'column': 'company_record_id', 'kind': 'company'}], 'others': []},
        'opportunities': {
            'own': [],
            'others': [{'column': 'primary_record_id', 'kind': 'record'}, {'column': 'company_record_id', 'kind': 'company'}],
        },
        'subscriptions': {'own': [], 'others': [{'column': 'customer_record_id', 'kind': 'company'}]},
        'payments': {'own': [], 'others': [{'column': 'customer_record_id', 'kind': 'company'}]},
    }) }}
{%- endmacro %}

{# A table of the schema history in which `funnel erase` keeps what stays of erased persons; none if nobody was erased. #}
{% macro erasure_table(name) -%}
    {%- if not execute or target.type != 'duckdb' -%} {{ return(none) }} {%- endif -%}
    {{ return(adapter.get_relation(target.database, generate_schema_name('history', none), name)) }}
{%- endmacro %}

{# A query: the two halves of the key of the keyed hash, from the file with the secret. Stops the build if it is not there, or is
   another one: the erased would be let in again. #}
{% macro erasure_pads() -%}
    {%- set file = env_var('REVENUE_FUNNEL_ERASURE_SECRET', '') or modules.re.sub('[^/]*$', '', env_var('REVENUE_FUNNEL_DATABASE', 'warehouse/revenue_funnel.duckdb')) ~ 'erasure.secret' -%}
    {%- set path = "'" ~ file | replace("'", "''") ~ "'" -%}
    {%- set query -%}
        select
            translate(trim(content, ' ' || chr(10) || chr(13)), 'abcdefghijklmnop', 'WTURSPQ^_\]Z[XYF') as inner_pad,
            translate(trim(content, ' ' || chr(10) || chr(13)), 'abcdefghijklmnop', '=>?89:;45670123,') as outer_pad
        from read_text({{ path }})
    {%- endset -%}
    {%- set found = run_query('select count(*) from glob(' ~ path ~ ')').columns[0].values()[0] -%}
    {%- set fits = found and run_query(
        'select count(*) from ' ~ erasure_table('erased_identifiers') ~ ' as identifiers cross join (' ~ query ~ ') as pads'
        ~ " where identifiers.kind = 'secret' and identifiers.identifier_hash = " ~ keyed_hash("'secret'")
    ).columns[0].values()[0] -%}
    {%- if not fits -%}
        {{ exceptions.raise_compiler_error("The secret with which persons were erased is " ~ ('another one than' if found else 'not') ~ " in " ~ file ~ ": put the file back, or name it in REVENUE_FUNNEL_ERASURE_SECRET. Without it the erased would be let in again.") }}
    {%- endif -%}
    {{ query }}
{%- endmacro %}

{# An expression: HMAC-SHA256 of a text, as `funnel erase` computes it. It needs the columns of erasure_pads. #}
{% macro keyed_hash(text) -%}
    sha256(encode(pads.outer_pad) || unhex(sha256(pads.inner_pad || {{ text }})))
{%- endmacro %}

{# A condition: a text, or a row as JSON, contains an address of somebody who was erased, in any case, with or without a tag behind
   a plus, and with or without dots at Gmail. It needs pads and known_addresses. #}
{% macro has_erased_address(row_json) -%}
    case
        when {{ row_json }} like '%@%'
            then list_has_any(
                list_transform(
                    regexp_extract_all(lower({{ row_json }}), {{ "'[^\\s\"<>(),;:\\\\\\[\\]]+@[^\\s\"<>(),;:\\\\\\[\\]]+'" }}),
                    lambda found: {{ keyed_hash("'address|' || " ~ plain_mailbox("trim(found, '''')")) }}
                ), known_addresses.address_hashes
            )
        else false
    end
{%- endmacro %}

{# Whose mailbox an address in lower case is, whatever the vars say. #}
{% macro plain_mailbox(address) -%}
    case
        when split_part({{ address }}, '@', 2) in ('gmail.com', 'googlemail.com')
            then replace(regexp_replace(split_part({{ address }}, '@', 1), '(.)[+].*$', '\1'), '.', '')
        else regexp_replace(split_part({{ address }}, '@', 1), '(.)[+].*$', '\1')
    end || '@' || trim(trailing '.' from split_part({{ address }}, '@', 2))
{%- endmacro %}
