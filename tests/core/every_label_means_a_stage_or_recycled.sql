-- Each label in the seed stage_labels means a stage of the seed lifecycle_stages, or recycled (the
-- person is returned to marketing), or nothing. If this fails, correct the label's stage or add the
-- stage.
select
    labels.system,
    labels.entity,
    labels.label,
    labels.stage
from {{ ref('stage_labels') }} as labels
left join {{ ref('lifecycle_stages') }} as stages on labels.stage = stages.stage
where stages.stage is null and labels.stage != 'recycled'
