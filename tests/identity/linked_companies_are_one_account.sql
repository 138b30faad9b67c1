select
    links.company_key,
    links.other_company_key
from {{ ref('int_companies_linked') }} as links
inner join {{ ref('int_company_accounts_mapped') }} as companies
    on links.company_key = companies.company_key
inner join {{ ref('int_company_accounts_mapped') }} as other_companies
    on links.other_company_key = other_companies.company_key
where companies.account_key != other_companies.account_key
