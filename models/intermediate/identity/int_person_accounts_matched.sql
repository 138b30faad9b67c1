{# Grain: one row per person who is matched to an account: which account, by which method, and
   with what confidence. #}
with

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

persons as (select * from {{ ref('int_record_persons_mapped') }}),

addresses as (select * from {{ ref('int_emails_normalized') }} where is_valid),

companies as ({{ usable_rows(ref('int_companies_rows_checked')) }}),

company_accounts as (select * from {{ ref('int_company_accounts_mapped') }}),

known_domains as (select * from {{ ref('email_domains') }}),

methods as (select * from {{ ref('account_match_methods') }}),

system_ranks as (

    select *
    from {{ seed_by_system(ref('survivorship')) }}
    where entity = 'people' and attribute = 'company'

),

domain_accounts as (

    -- The business domains of each account. A subsidiary may share its parent's.
    select
        companies.domain,
        company_accounts.account_key,
        min({{ or_end('companies.created_at') }}) as created_at
    from companies
    inner join company_accounts on companies.company_key = company_accounts.company_key
    left join known_domains on companies.domain = known_domains.domain
    where companies.domain is not null and known_domains.domain is null
    group by companies.domain, company_accounts.account_key

),

record_matches as (

    select
        people.record_key,
        company_accounts.account_key,
        case
            when
                company_accounts.match_method = 'its_person'
                and people.record_key = people.company_key
                then 'its_person'
            else 'company_id'
        end as match_method,
        {{ start_of_time() }} as known_at
    from people
    inner join company_accounts on people.company_key = company_accounts.company_key
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
        record_matches.account_key,
        methods.rank as method_rank,
        coalesce(system_ranks.rank, 2147483647) as system_rank,
        record_matches.known_at,
        coalesce(people.deleted_at < {{ cutoff() }}, false) as is_deleted,
        people.created_at,
        people.record_key
    from record_matches
    inner join people on record_matches.record_key = people.record_key
    inner join persons on record_matches.record_key = persons.record_key
    inner join methods on record_matches.match_method = methods.method
    left join system_ranks on people.system = system_ranks.system

),

best_methods as (

    select
        person_key,
        min(method_rank) as method_rank
    from candidates
    group by person_key

),

best_accounts as (

    select
        candidates.person_key,
        candidates.method_rank,
        {{ first_by(
            'candidates.account_key',
            'row(candidates.is_deleted, candidates.system_rank, candidates.known_at, '
            ~ 'candidates.created_at, candidates.record_key, candidates.account_key)'
        ) }} as account_key,
        count(distinct candidates.account_key) as candidate_count
    from candidates
    inner join best_methods
        on
            candidates.person_key = best_methods.person_key
            and candidates.method_rank = best_methods.method_rank
    group by candidates.person_key, candidates.method_rank

),

int_person_accounts_matched as (

    -- If the best method finds two accounts, each gets half of its confidence.
    select
        best_accounts.person_key,
        best_accounts.account_key,
        methods.method as match_method,
        cast(methods.confidence_rate / best_accounts.candidate_count as decimal(5, 4))
            as confidence_rate,
        best_accounts.candidate_count > 1 as is_ambiguous
    from best_accounts
    inner join methods on best_accounts.method_rank = methods.rank

)

select * from int_person_accounts_matched
