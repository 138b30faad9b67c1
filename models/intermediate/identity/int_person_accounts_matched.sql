{# Grain: one row a person who is matched to an account: to which, how, and how sure. #}
with

people as (select * from {{ ref('int_people_unioned') }}),

persons as (select * from {{ ref('int_record_persons_mapped') }}),

addresses as (select * from {{ ref('int_emails_normalized') }} where is_valid),

companies as (select * from {{ ref('int_company_accounts_mapped') }}),

domain_accounts as (select * from {{ ref('int_domains_resolved') }}),

methods as (select * from {{ ref('account_match_methods') }}),

ranks as (

    select * from {{ ref('survivorship') }} where entity = 'people' and attribute = 'company'

),

clues as (

    select
        people.record_key,
        companies.account_key,
        case
            when companies.match_method = 'its_person' and people.record_key = people.company_key
                then 'its_person'
            else 'company_id'
        end as match_method,
        {{ start_of_time() }} as known_at
    from people
    inner join companies on people.company_key = companies.company_key
    union all
    select
        addresses.record_key,
        domain_accounts.account_key,
        'email_domain' as match_method,
        domain_accounts.created_at as known_at
    from addresses
    inner join domain_accounts on addresses.domain = domain_accounts.domain
    union all
    select
        people.record_key,
        domain_accounts.account_key,
        'website_domain' as match_method,
        domain_accounts.created_at as known_at
    from people
    inner join domain_accounts on people.company_domain = domain_accounts.domain

),

candidates as (

    select
        persons.person_key,
        clues.account_key,
        methods.rank as method_rank,
        coalesce(ranks.rank, 2147483647) as system_rank,
        clues.known_at,
        people.created_at,
        people.record_key
    from clues
    inner join people on clues.record_key = people.record_key
    inner join persons on clues.record_key = persons.record_key
    inner join methods on clues.match_method = methods.method
    left join ranks on people.system = ranks.system

),

best_ranks as (

    select
        person_key,
        min(method_rank) as method_rank
    from candidates
    group by person_key

),

chosen as (

    select
        candidates.person_key,
        candidates.method_rank,
        {{ first_by(
            'candidates.account_key',
            'row(candidates.system_rank, candidates.known_at, candidates.created_at, '
            ~ 'candidates.record_key, candidates.account_key)'
        ) }} as account_key,
        count(distinct candidates.account_key) as candidate_count
    from candidates
    inner join best_ranks
        on
            candidates.person_key = best_ranks.person_key
            and candidates.method_rank = best_ranks.method_rank
    group by candidates.person_key, candidates.method_rank

),

int_person_accounts_matched as (

    -- What points at two accounts is half as sure of either.
    select
        chosen.person_key,
        chosen.account_key,
        methods.method as match_method,
        cast(methods.confidence_rate / chosen.candidate_count as decimal(5, 4)) as confidence_rate,
        chosen.candidate_count > 1 as is_ambiguous
    from chosen
    inner join methods on chosen.method_rank = methods.rank

)

select * from int_person_accounts_matched
