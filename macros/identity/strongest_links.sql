{# CTEs: by which link each changed record hangs on its person: a reviewed one, then a system's own, then an address. #}
{% macro strongest_links(changes, links) -%}
links_of_changes as (

    select
        changes.record_key,
        links.link_kind,
        links.other_record_key
    from {{ changes }} as changes
    inner join {{ links }} as links on changes.record_key = links.record_key
    union all
    select
        changes.record_key,
        links.link_kind,
        links.record_key as other_record_key
    from {{ changes }} as changes
    inner join {{ links }} as links on changes.record_key = links.other_record_key

),

strongest_links as (

    select
        record_key,
        {{ first_by('link_kind', link_order()) }} as link_kind,
        {{ first_by('other_record_key', link_order()) }} as other_record_key
    from links_of_changes
    group by record_key

)
{%- endmacro %}

{% macro link_order() -%}
    row(case link_kind when 'review' then 0 when 'address' then 2 else 1 end, other_record_key, link_kind)
{%- endmacro %}
