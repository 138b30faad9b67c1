{# Grain: one row an account that belongs to another: to which, and to which in the end. In a cycle
   of parents the smallest key is the one that belongs to nobody. #}
with

companies as (select * from {{ ref('int_companies_unioned') }}),

resolved as (select * from {{ ref('int_company_accounts_mapped') }}),

ranks as (

    select * from {{ ref('survivorship') }}
    where entity = 'companies' and attribute = 'parent'

),

parents as (

    select
        resolved.account_key as node,
        {{ first_by(
            'parents.account_key',
            "row(coalesce(ranks.rank, 2147483647), " ~ or_end("companies.created_at")
            ~ ", companies.company_key)"
        ) }} as parent
    from companies
    inner join resolved on companies.company_key = resolved.company_key
    inner join resolved as parents on companies.parent_company_key = parents.company_key
    left join ranks on companies.system = ranks.system
    where resolved.account_key != parents.account_key
    group by resolved.account_key

),

{{ doubled_ancestors('parents', 6) }},

cycles as (

    -- Going round a cycle meets all of it, so that each of its members is somebody's jump.
    select distinct
        ancestors.node,
        ancestors.smallest
    from ancestors
    inner join ancestors as below on ancestors.node = below.jump

),

int_account_parents_resolved as (

    select
        ancestors.node as account_key,
        case when ancestors.node != cycles.smallest or cycles.node is null then parents.parent end
            as parent_account_key,
        coalesce(ends.smallest, ancestors.top) as ultimate_parent_account_key,
        cycles.node is not null as is_in_parent_cycle
    from ancestors
    inner join parents on ancestors.node = parents.node
    left join cycles on ancestors.node = cycles.node
    left join cycles as ends on ancestors.jump = ends.node

)

select * from int_account_parents_resolved
