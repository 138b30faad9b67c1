{# Grain: one row per comparison and record, or pair of records, on which two systems, or a system
   and the definition, disagree. The amounts are what each of the two counts. #}
with

opportunity_pairs as (select * from {{ ref('int_opportunity_records_matched') }}),

win_payments as (select * from {{ ref('int_win_payment_differences_listed') }}),

opportunities as ({{ usable_rows(ref('int_opportunities_rows_checked')) }}),

label_answers as (

    select * from {{ ref('int_label_agreement_evaluated') }}
    where mismatch_reason is not null

),

people as ({{ usable_rows(ref('int_people_rows_checked')) }}),

records as (select * from {{ ref('int_record_persons_mapped') }}),

persons as (select * from {{ ref('dim_persons') }}),

pair_categories as (

    select
        *,
        case
            when record_id is not null and other_record_id is not null
                then
                    case
                        when not is_linked then 'suspected_double'
                        when 'deleted' in (outcome, other_outcome) then 'deleted'
                        when outcome != other_outcome then 'outcome'
                        when currency != other_currency then 'currency'
                        when coalesce(own_amount, 0) != coalesce(other_own_amount, 0)
                            then 'mismatch'
                        when
                            coalesce({{ period_start('month', 'close_date') }}, {{ end_of_time() }})
                            != coalesce(
                                {{ period_start('month', 'other_close_date') }}, {{ end_of_time() }}
                            )
                            then 'timing'
                    end
            when is_repeated then 'repeated'
            when named_record_id is not null then 'missing'
            else 'not_linked'
        end as category
    from opportunity_pairs

),

opportunity_differences as (

    -- Bookings compare what is won, the pipeline what is open.
    {%- for comparison, outcome in [('bookings', 'won'), ('pipeline', 'open')] %}
    select
        '{{ comparison }}' as comparison,
        category,
        system,
        coalesce(record_id, named_record_id) as record_id,
        other_system,
        coalesce(other_record_id, named_record_id) as other_record_id,
        account_key,
        owner_key,
        case when outcome = '{{ outcome }}' then amount else 0 end as amount,
        case when other_outcome = '{{ outcome }}' then other_amount else 0 end as other_amount,
        case when outcome = '{{ outcome }}' then close_date end as recorded_date,
        case when other_outcome = '{{ outcome }}' then other_close_date end as other_close_date
    from pair_categories
    where
        category is not null
        and (
            (outcome = '{{ outcome }}' and amount != 0)
            or (other_outcome = '{{ outcome }}' and other_amount != 0)
        )
    union all
    {%- endfor %}
    -- What was won and what was paid for it.
    select
        'payments' as comparison,
        win_payments.category,
        opportunities.system,
        opportunities.source_key as record_id,
        'billing' as other_system,
        null as other_record_id,
        win_payments.account_key,
        opportunities.owner_key,
        win_payments.won_amount as amount,
        win_payments.paid_amount as other_amount,
        cast(win_payments.closed_at as date) as recorded_date,
        null as other_close_date
    from win_payments
    left join opportunities on win_payments.opportunity_key = opportunities.opportunity_key

),

first_records as (

    select
        people.system,
        records.person_key,
        {{ first_by(
            'people.record_id',
            'row(people.created_at, people.record_id)'
        ) }} as record_id
    from people
    inner join records on people.record_key = records.record_key
    group by people.system, records.person_key

),

label_differences as (

    select
        'labels' as comparison,
        case when label_answers.is_labelled then 'not_qualified' else 'not_labelled' end
            as category,
        label_answers.system,
        first_records.record_id,
        'definition' as other_system,
        persons.account_key,
        label_answers.person_key,
        label_answers.stage,
        label_answers.mismatch_reason,
        label_answers.definition_version,
        label_answers.recorded_date
    from label_answers
    inner join first_records
        on
            label_answers.system = first_records.system
            and label_answers.person_key = first_records.person_key
    left join persons on label_answers.person_key = persons.person_key

),

record_differences as (

    select
        comparison,
        category,
        system,
        record_id,
        other_system,
        other_record_id,
        account_key,
        {{ typed_null('bigint') }} as person_key,
        coalesce(owner_key, {{ no_owner_key() }}) as owner_key,
        'none' as stage,
        {{ typed_null('text') }} as mismatch_reason,
        {{ typed_null('bigint') }} as definition_version,
        cast(amount as decimal(18, 2)) as amount,
        cast(other_amount as decimal(18, 2)) as other_amount,
        cast(amount - other_amount as decimal(18, 2)) as difference_amount,
        recorded_date,
        other_close_date
    from opportunity_differences
    union all
    select
        comparison,
        category,
        system,
        record_id,
        other_system,
        {{ typed_null('text') }} as other_record_id,
        account_key,
        person_key,
        {{ no_owner_key() }} as owner_key,
        stage,
        mismatch_reason,
        definition_version,
        cast(null as decimal(18, 2)) as amount,
        cast(null as decimal(18, 2)) as other_amount,
        cast(null as decimal(18, 2)) as difference_amount,
        recorded_date,
        cast(null as date) as other_close_date
    from label_differences

)

select * from record_differences
