-- A log of 80 loan applications: 80 applied, 60 were called, 50 got an offer; 20 signed, 18
-- declined, 12 have not answered.
create table log.events as
with applications as (

    select
        number,
        timestamp '2025-08-04 08:00:00' + interval 3 day * number as applied_at
    from range(1, 81) as numbers (number)

)

select
    'a' || number as application_id,
    'applicant' || number || '@example.org' as email,
    steps.event,
    applied_at + interval 1 day * steps.days as happened_at,
    case when steps.event = 'offered' then 5000 + 100 * number end as amount
from applications
cross join (
    values
        ('applied', 0, 1, 80),
        ('called', 2, 1, 60),
        ('offered', 9, 1, 50),
        ('signed', 20, 1, 20),
        ('declined', 25, 21, 38)
) as steps (event, days, first_number, last_number)
where number between steps.first_number and steps.last_number
