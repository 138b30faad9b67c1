{# CTEs that take the addresses out of a text as people write it; the last is `addresses`, one row a key, position in the text
   and address written as addresses compare. relation: a CTE; key: what names its row; column: the text. At most ten a text. #}
{% macro addresses_in(relation, key, column) -%}
positions as ({{ counting_to(10) }}),

written as (

    select
        {{ key }},
        {{ plain_letters(column) }} as email,
        {{ is_plain_address(column) }} as is_plain
    from {{ relation }}
    where {{ column }} is not null

),

listed as (

    -- A comma parts two addresses, and so do a bracket and, between bare addresses, a blank.
    select
        {{ key }},
        case
            when email like '%<%@%' then replace(email, '>', '>,')
            when email like '%@%@%' then replace(email, ' ', ',')
            when email like '%@%' then email
            else replace(email, ',', ' ')
        end as emails
    from written
    where not is_plain

),

pieces as (

    select
        {{ key }},
        1 as position,
        trim(trailing '.' from email) as address
    from written
    where is_plain
    union all
    select
        listed.{{ key }},
        positions.position,
        {{ bare_address("split_part(listed.emails, ',', positions.position)") }} as address
    from listed
    cross join positions
    where
        split_part(listed.emails, ',', positions.position) like '%@%'
        or (listed.emails not like '%@%' and positions.position = 1)

),

parted as (

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

),

addresses as (

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
    from parted

)
{%- endmacro %}
