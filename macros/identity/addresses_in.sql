{# A query: the e-mail addresses in a text as people write it, at most ten per text, normalized so that equal addresses are equal text:
   one row per key, position in the text and address, with domain, mailbox, is_valid and is_test_address.
   relation: a relation to read; key: its column that names the row; text: its column with the addresses. #}
{% macro addresses_in(relation, key, text) -%}
    with

    positions as ({{ counting_to(10) }}),

    texts as (

        select
            {{ key }},
            {{ plain_letters(text) }} as email,
            {{ is_plain_address(text) }} as is_plain
        from {{ relation }}
        where {{ text }} is not null

    ),

    lists as (

        -- Addresses are separated by a comma, by a closing bracket or, between bare addresses, by a blank.
        select
            {{ key }},
            case
                when email like '%<%@%' then replace(email, '>', '>,')
                when email like '%@%@%' then replace(email, ' ', ',')
                when email like '%@%' then email
                else replace(email, ',', ' ')
            end as emails
        from texts
        where not is_plain

    ),

    pieces as (

        select
            {{ key }},
            1 as position,
            trim(trailing '.' from email) as address
        from texts
        where is_plain
        union all
        select
            lists.{{ key }},
            positions.position,
            {{ bare_address("split_part(lists.emails, ',', positions.position)") }} as address
        from lists
        cross join positions
        where
            split_part(lists.emails, ',', positions.position) like '%@%'
            or (lists.emails not like '%@%' and positions.position = 1)

    ),

    address_parts as (

        select
            {{ key }},
            position,
            address,
            split_part(address, '@', 1) as local_part,
            split_part(address, '@', 2) as domain,
            address like '%_@_%._%'
            and address not like '%@%@%'
            and address not like '%..%'
            and address not like '%@.%'
            and address not like '% %' as is_valid
        from pieces
        where address is not null

    )

    select
        {{ key }},
        position,
        domain,
        {{ mailbox('local_part', 'domain') }} as mailbox,
        case
            when is_valid then {{ mailbox('local_part', 'domain') }} || '@' || domain
            else address
        end as address,
        is_valid,
        local_part like '%+test%' or {{ is_test_name('local_part') }} as is_test_address
    from address_parts
{%- endmacro %}
