-- The search for accounts came to its end. A row here means: raise the var identity_rounds.
select
    links.company_key,
    links.other_company_key
from {{ ref('int_companies_linked') }} as links
inner join {{ ref('int_companies_clustered') }} as companies
    on links.company_key = companies.company_key
inner join {{ ref('int_companies_clustered') }} as others
    on links.other_company_key = others.company_key
where companies.cluster_key != others.cluster_key
