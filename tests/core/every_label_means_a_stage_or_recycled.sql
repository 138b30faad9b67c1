select
    labels.system,
    labels.entity,
    labels.label,
    labels.stage
from {{ ref('stage_labels') }} as labels
left join {{ ref('lifecycle_stages') }} as stages on labels.stage = stages.stage
where stages.stage is null and labels.stage != 'recycled'
