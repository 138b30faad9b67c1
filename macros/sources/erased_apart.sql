{# A relation in place of a staging model, once the schema history has persons who were erased (docs/erasure.md): rows of such a
   person are quarantined as erased, without a value or an id; references to them in other rows have the random id in its place; and
   the anonymous rows that stay are added. Without such persons, and in unit tests, it is the staging model itself.
   columns: {column: type} as stack_systems wants them; staged: the columns that the staging model has. #}
{% macro erased_apart(system, entity, staging, columns, staged) -%}
    {%- set roles = erasure_roles().get(entity) -%}
    {%- set identifiers = erasure_table('erased_identifiers') if roles and staged and not staging.is_cte else none -%}
    {%- if not identifiers -%} {{ return(instance_rows(staging, system, 'staged')) }} {%- endif -%}
    {%- set rows = erasure_table('erased_rows') -%}
    {#- What stays of a customer that came later: an anonymous row. -#}
    {%- set customer_columns = {
        'company_record_id': 'marked_rows.later_replacement', 'name': 'null', 'domain': 'null', 'industry': 'null', 'row_json': 'null',
        'parent_record_id': 'null', 'crm_system': 'null', 'crm_record_id': 'null', 'merged_into_record_id': 'null',
        'source_key': "'erased ' || substr(" ~ keyed_hash("'row|' || marked_rows.source_key") ~ ", 1, 16)",
    } -%}
    {%- set names = [] -%}
    {%- for name in columns if name in staged %}{% do names.append(name) %}{% endfor -%}
    {%- set others = [] -%}
    {%- for role in roles.others if role.column in staged %}{% do others.append(role.column) %}{% endfor -%}
    {%- set people = staging.incorporate(path={'identifier': 'stg_' ~ connector_of(system) ~ '__people'}) -%}
    {%- set has_people = 'people' in var('systems')[system] and entity != 'person_links' and (roles.own | selectattr('kind', 'equalto', 'record') | list) -%}
    {#- Whose a row is, its own address says, and never one that a text mentions. -#}
    {%- set addressed = none -%}
    {%- if entity == 'people' and 'email' in staged -%} {%- set addressed = has_erased_address('staged.email') -%}
    {%- elif entity in ('touches', 'service_events') and 'row_json' in staged -%}
        {%- set addressed = ('staged.record_id is null and ' if 'record_id' in staged else '') ~ has_erased_address('staged.row_json') -%}
    {%- endif -%}
    {%- set columns_of_people = adapter.get_columns_in_relation(people) | map(attribute='name') | map('lower') | list if has_people else [] -%}
    {%- set has_people = has_people and ('email' in columns_of_people or not columns_of_people) -%}
    {#- A billing customer that comes later is known by the address of the person who is loaded with it. -#}
    {%- set is_of_companies = (roles.own + roles.others) | selectattr('kind', 'equalto', 'company') | list and entity != 'attribute_changes' -%}
    {%- set companies = staging.incorporate(path={'identifier': 'stg_' ~ connector_of(system) ~ '__companies'}) -%}
    {%- set columns_of_customers = adapter.get_columns_in_relation(people) | map(attribute='name') | map('lower') | list
        if is_of_companies and 'people' in var('systems')[system] and 'companies' in var('systems')[system] else [] -%}
    {%- set columns_of_companies = adapter.get_columns_in_relation(companies) | map(attribute='name') | map('lower') | list if columns_of_customers else [] -%}
    {%- set has_customers = 'email' in columns_of_customers and 'company_record_id' in columns_of_customers and columns_of_companies -%}
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

        private_addresses as (

            select coalesce(list(identifier_hash), []) as address_hashes
            from identifiers
            where kind = 'private_address'

        ),
        {%- for kind in ['record', 'company'] %}
        {%- set references = [] %}
        {%- for role in roles.own + roles.others if role.kind == kind and role.column in staged %}{% do references.append(role.column) %}{% endfor %}

        {{ kind }}_references as (

            {%- for name in references %}
            select distinct {{ name }} as reference from {{ instance_rows(staging, system, 'staged') }}
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
            from {{ instance_rows(people, system, 'staged') }}
            cross join pads
            cross join known_addresses
            where {{ has_erased_address('staged.email') }}
            {%- else %}
            select {{ typed_null('text') }} as reference where false
            {%- endif %}

        ),

        {%- if has_customers %}

        later_customers as (

            -- A customer that has the address of somebody erased, and is that person: the address is not one of a company, or the
            -- customer's name is the person's.
            select
                customers.record_id as reference,
                'erased-' || substr({{ keyed_hash("'customer|' || " ~ key_of(["'" ~ system ~ "'", 'customers.record_id'])) }}, 1, 16) as replacement
            from {{ instance_rows(people, system, 'customers') }}
            inner join {{ instance_rows(companies, system, 'companies') }} on customers.record_id = companies.company_record_id
            cross join pads
            cross join known_addresses
            cross join private_addresses
            where
                customers.record_id = customers.company_record_id
                and {{ has_erased_address('customers.email') }}
                and {{ keyed_hash("'company|' || " ~ key_of(["'" ~ system ~ "'", 'customers.record_id'])) }} not in (select identifier_hash from identifiers where kind = 'company')
                and {{ keyed_hash("'company_that_stays|' || " ~ key_of(["'" ~ system ~ "'", 'customers.record_id'])) }} not in (select identifier_hash from identifiers where kind = 'company_that_stays')
                and (
                    ({{ has_erased_address('customers.email', 'private_addresses') }}{{ ' and companies.crm_record_id is null' if 'crm_record_id' in columns_of_companies }})
                    {%- if 'name' in columns_of_companies %}
                    or {{ keyed_hash("'name|' || " ~ name_words('companies.name')) }} in (select identifier_hash from identifiers where kind = 'name')
                    {%- endif %}
                )

        ),

        company_replacements as (

            select
                reference,
                replacement
            from erased_company_ids
            union
            select
                reference,
                replacement
            from later_customers

        ),
        {%- endif %}

        marked_rows as (

            select
                staged.*,
                {%- if has_customers and entity == 'companies' %}
                later_customers.replacement as later_replacement,
                {%- endif %}
                {%- if 'row_json' in names %}
                coalesce({{ has_erased_address('staged.row_json') }}, false) as names_erased_address,
                {%- endif %}
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
            from {{ instance_rows(staging, system, 'staged') }}
            cross join pads
            cross join known_addresses
            {%- if has_customers and entity == 'companies' %}
            left join later_customers on staged.company_record_id = later_customers.reference
            {%- endif %}

        )

        select
            {%- for name in names %}
            {%- if has_customers and entity == 'companies' and name in customer_columns %}
            case when marked_rows.later_replacement is not null then {{ customer_columns[name] }} else (
            {%- endif %}
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
            {%- elif name == 'row_json' %}
            -- The row of somebody else does not show an erased address, either.
            case
                when marked_rows.is_erased or marked_rows.names_erased_address {% for other in others %} or {{ other }}_erased.reference is not null{% endfor %} then null
                else marked_rows.row_json
            end
            {%- else %}
            case when marked_rows.is_erased then null else marked_rows.{{ name }} end
            {%- endif %}
            {%- if has_customers and entity == 'companies' and name in customer_columns %} ) end {%- endif %} as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from marked_rows
        cross join pads
        {%- for role in roles.others if role.column in staged %}
        left join {{ 'company_replacements' if has_customers and role.kind == 'company' else 'erased_' ~ role.kind ~ '_ids' }} as {{ role.column }}_erased on marked_rows.{{ role.column }} = {{ role.column }}_erased.reference
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

{# A condition: a text, or a row as JSON, contains an address of somebody who was erased, however it is written: in any case, with
   full-width letters, with or without a tag behind a plus, with or without dots at Gmail. It needs pads and the CTE in known. #}
{% macro has_erased_address(row_json, known='known_addresses') -%}
    {%- set kind = 'private_address' if known == 'private_addresses' else 'address' -%}
    case
        when regexp_matches({{ row_json }}, '[@＠﹫]')
            then list_has_any(
                list_transform(
                    regexp_extract_all({{ address_letters(row_json) }}, {{ "'[^\\s\"<>(),;:\\\\\\[\\]]+@[^\\s\"<>(),;:\\\\\\[\\]]+'" }}),
                    lambda found: {{ keyed_hash("'" ~ kind ~ "|' || " ~ plain_mailbox("trim(found, '''')")) }}
                ), {{ known }}.address_hashes
            )
        else false
    end
{%- endmacro %}

{# An expression: a text in which equal addresses are equal text, as identity reads them (look_alikes), and with the letters and signs of
   wide_letters. Quotes become blanks, since look_alikes would drop those of JSON. funnel/erasure/listed.py does the same in Python. #}
{% macro address_letters(text) -%}
    {%- set alike, wide = look_alikes(), wide_letters() -%}
    case
        when regexp_matches({{ text }}, '^[ !-.0-_a-{}~]*$') then lower({{ text }})
        else lower(nfc_normalize(
            translate(translate(replace({{ text }}, '"', ' '), '{{ wide[0] }}', '{{ wide[1] }}'), '{{ alike[0] }}', '{{ alike[1] }}')
        ))
    end
{%- endmacro %}

{# Two texts of one length: letters, digits and signs of another shape, and the plain ones that Unicode calls compatible with them (NFKC),
   beyond those in look_alikes: mathematical letters and digits, letters in circles, small signs. #}
{% macro wide_letters() -%}
    {%- set pairs = {'﹫﹒․。｡﹢﹣': '@....+-', 'ℎℊℋℌℐℑℒℓℛℜℬℭℯℰℱℳℴ': 'hghhiillrrbceefmo', 'ℂℍℕℙℚℝℤ': 'chnpqrz'} -%}
    {%- set from, to = pairs | list, pairs.values() | list -%}
    {%- for number in range(676) -%}
        {%- do from.append('%c' | format(119808 + number)) -%} {%- do to.append('%c' | format(97 + number % 26)) -%}
    {%- endfor -%}
    {%- for number in range(50) -%}
        {%- do from.append('%c' | format(120782 + number)) -%} {%- do to.append('%c' | format(48 + number % 10)) -%}
    {%- endfor -%}
    {%- for number in range(52) -%}
        {%- do from.append('%c' | format(9398 + number)) -%} {%- do to.append('%c' | format(97 + number % 26)) -%}
    {%- endfor -%}
    {{ return([from | join, to | join]) }}
{%- endmacro %}

{# Whose mailbox an address in plain letters is, whatever the vars say. What is no part of a domain ends it, such as the ? of a link. #}
{% macro plain_mailbox(address) -%}
    {%- set domain = "trim(trailing '.' from regexp_extract(split_part(" ~ address ~ ", '@', 2), '^[\\p{L}\\p{M}\\p{N}._-]*'))" -%}
    {%- set local_part = "regexp_replace(split_part(" ~ address ~ ", '@', 1), '(.)[+].*$', '\\1')" -%}
    case
        when {{ domain }} in ('gmail.com', 'googlemail.com') then replace({{ local_part }}, '.', '') || '@gmail.com'
        else {{ local_part }} || '@' || {{ domain }}
    end
{%- endmacro %}

{# An expression: the words of a name in one order: equal for "Ann Miller" and "Miller, Ann". #}
{% macro name_words(name) -%}
    array_to_string(list_sort(list_distinct(regexp_extract_all(lower(nfc_normalize({{ name }})), '[\p{L}\p{M}\p{N}]+'))), ' ')
{%- endmacro %}
