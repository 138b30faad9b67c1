{# Grain: one row per record that has a link: the strongest one. A reviewed link is stronger than
   a system's own, and that is stronger than a shared address. #}
with

links as (select * from {{ ref('int_records_linked') }}),

links_both_ways as (

    select
        record_key,
        other_record_key,
        link_kind
    from links
    union all
    select
        other_record_key as record_key,
        record_key as other_record_key,
        link_kind
    from links

),

ranked_links as (

    select
        *,
        row_number() over (
            partition by record_key
            order by
                case link_kind when 'review' then 0 when 'address' then 2 else 1 end,
                other_record_key,
                link_kind
        ) as strength_rank
    from links_both_ways

),

int_strongest_links_selected as (

    select
        record_key,
        other_record_key,
        link_kind
    from ranked_links
    where strength_rank = 1

)

select * from int_strongest_links_selected
