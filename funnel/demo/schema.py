"""The columns of every table, as the connectors land them.

`at` is a time that is unknown until it has come, `when` one that may lie in the future, `end` the
last millisecond before one.
"""

from __future__ import annotations

from functools import cache

import pyarrow as pa

TYPES = {
    "int": pa.int64(),
    "float": pa.float64(),
    "str": pa.string(),
    "bool": pa.bool_(),
    "at": pa.timestamp("us"),
    "when": pa.timestamp("us"),
    "end": pa.timestamp("us"),
    "date": pa.date32(),
}
SYNCED = "_fivetran_synced"

HUBSPOT = {
    "contact": """id:int _fivetran_deleted:bool property_email:str property_firstname:str
        property_lastname:str property_jobtitle:str property_seniority:str property_company:str
        property_phone:str property_country:str property_associatedcompanyid:int
        property_lifecyclestage:str property_hs_lead_status:str property_hubspotscore:int
        property_hs_analytics_source:str property_hs_analytics_source_data_1:str
        property_hs_analytics_source_data_2:str property_hs_analytics_first_url:str
        property_hubspot_owner_id:int property_disqualification_reason:str
        property_hs_calculated_merged_vids:str
        property_hs_additional_emails:str
        property_createdate:when""",
    "contact_property_history": """contact_id:int name:str source:str source_id:str value:str
        timestamp:when""",
    "contact_merge_audit": """canonical_vid:int contact_id:int vid_to_merge:int entity_id:str
        first_name:str last_name:str num_properties_moved:int user_id:int timestamp:when""",
    "contact_form_submission": """contact_id:int form_id:str conversion_id:str page_id:int
        page_url:str portal_id:int title:str timestamp:when""",
    "form": """guid:str _fivetran_deleted:bool name:str action:str method:str form_type:str
        portal_id:int submit_text:str created_at:when updated_at:when""",
    "company": """id:int is_deleted:bool _fivetran_deleted:bool property_name:str
        property_domain:str property_industry:str property_country:str
        property_numberofemployees:int property_annualrevenue:int
        property_hs_merged_object_ids:str property_createdate:when""",
    "company_property_history": """company_id:int name:str source:str source_id:str value:str
        timestamp:when""",
    "deal": """deal_id:int is_deleted:bool _fivetran_deleted:bool deal_pipeline_id:str
        deal_pipeline_stage_id:str owner_id:int portal_id:int property_dealname:str
        property_dealtype:str property_amount:float property_deal_currency_code:str
        property_closed_lost_reason:str property_hs_manual_forecast_category:str
        property_hs_salesforceopportunityid:str
        property_closedate:when property_createdate:when""",
    "deal_pipeline": """pipeline_id:str _fivetran_deleted:bool active:bool display_order:int
        label:str created_at:when updated_at:when""",
    "deal_pipeline_stage": """stage_id:str pipeline_id:str _fivetran_deleted:bool active:bool
        is_closed:bool display_order:int label:str probability:float
        created_at:when updated_at:when""",
    "deal_stage": """deal_id:int value:str source:str source_id:str date_entered:when
        _fivetran_active:bool _fivetran_start:when _fivetran_end:end""",
    "deal_property_history": """deal_id:int name:str source:str source_id:str value:str
        timestamp:when""",
    "deal_company": """deal_id:float company_id:float type_id:int category:str
        _fivetran_deleted:bool""",
    "deal_contact": """deal_id:int contact_id:int type_id:int category:str
        _fivetran_deleted:bool""",
    "merged_deal": "deal_id:int merged_deal_id:int",
    "owner": """owner_id:int active_user_id:int portal_id:int type:str email:str first_name:str
        last_name:str created_at:when updated_at:when""",
    "owner_team": "owner_id:int team_id:int is_team_primary:bool _fivetran_deleted:bool",
    "team": "id:int name:str _fivetran_deleted:bool",
    "engagement": "id:int type:str portal_id:int",
    "engagement_call": """engagement_id:int _fivetran_deleted:bool type:str
        property_hs_call_disposition:str
        property_hubspot_owner_id:int property_hs_createdate:when property_hs_timestamp:when""",
    "engagement_meeting": """engagement_id:int _fivetran_deleted:bool type:str
        property_hs_meeting_title:str property_hs_meeting_outcome:str
        property_hubspot_owner_id:int property_hs_createdate:when property_hs_timestamp:when
        property_hs_meeting_start_time:when property_hs_meeting_end_time:when""",
    "engagement_contact": "engagement_id:int contact_id:int engagement_type:str category:str",
    "engagement_deal": "engagement_id:int deal_id:int engagement_type:str category:str",
    "email_event": """id:str type:str recipient:str email_campaign_id:int app_id:int
        portal_id:int filtered_event:bool sent_by_id:str sent_by_created:when created:when""",
    "email_event_click": "id:str url:str browser:str",
    "email_campaign": "id:int app_id:int app_name:str name:str subject:str type:str",
    "property": """_fivetran_id:str name:str label:str hubspot_object:str type:str field_type:str
        group_name:str hubspot_defined:bool calculated:bool created_at:when updated_at:when""",
    "property_option": """property_id:str label:str value:str display_order:int hidden:bool
        hubspot_object:str name:str""",
}
SALESFORCE = {
    "lead": """id:str is_deleted:bool first_name:str last_name:str name:str email:str phone:str
        title:str company:str website:str country:str number_of_employees:int lead_source:str
        status:str unqualified_reason_c:str owner_id:str is_converted:bool converted_date:at
        converted_contact_id:str converted_account_id:str converted_opportunity_id:str
        master_record_id:str
        created_date:when last_modified_date:when""",
    "lead_history": """id:str lead_id:str field:str old_value:str new_value:str
        created_by_id:str created_date:when""",
    "contact": """id:str is_deleted:bool account_id:str first_name:str last_name:str name:str
        email:str phone:str title:str mailing_country:str lead_source:str owner_id:str
        master_record_id:str created_date:when last_modified_date:when""",
    "account": """id:str is_deleted:bool name:str website:str industry:str billing_country:str
        number_of_employees:int annual_revenue:float type:str owner_id:str parent_id:str
        master_record_id:str created_date:when""",
    "opportunity": """id:str is_deleted:bool account_id:str owner_id:str campaign_id:str name:str
        type:str stage_name:str amount:float currency_iso_code:str probability:float
        forecast_category:str forecast_category_name:str lead_source:str loss_reason_c:str
        is_closed:bool is_won:bool close_date:when
        created_date:when""",
    "opportunity_field_history": """id:str opportunity_id:str field:str old_value:str
        new_value:str created_by_id:str is_deleted:bool created_date:when""",
    "opportunity_history": """id:str opportunity_id:str stage_name:str amount:float
        probability:float forecast_category:str close_date:when created_by_id:str is_deleted:bool
        created_date:when""",
    "opportunity_stage": """id:str master_label:str api_name:str sort_order:int is_active:bool
        is_closed:bool is_won:bool forecast_category:str default_probability:float""",
    "lead_status": """id:str master_label:str api_name:str sort_order:int is_default:bool
        is_converted:bool""",
    "opportunity_contact_role": """id:str opportunity_id:str contact_id:str role:str
        is_primary:bool is_deleted:bool created_date:when""",
    "campaign": """id:str name:str type:str status:str is_active:bool start_date:when
        end_date:when actual_cost:float budgeted_cost:float is_deleted:bool created_date:when""",
    "campaign_member": """id:str campaign_id:str lead_id:str contact_id:str
        lead_or_contact_id:str status:str has_responded:bool first_responded_date:when
        is_deleted:bool created_date:when""",
    "task": """id:str is_deleted:bool who_id:str what_id:str account_id:str owner_id:str
        subject:str type:str task_subtype:str status:str priority:str is_closed:bool
        call_type:str call_disposition:str call_duration_in_seconds:int activity_date:when
        completed_date_time:when
        created_date:when last_modified_date:when""",
    "event": """id:str is_deleted:bool who_id:str what_id:str account_id:str owner_id:str
        subject:str type:str event_subtype:str activity_date:when start_date_time:when
        end_date_time:when created_date:when last_modified_date:when""",
    "user": """id:str _fivetran_deleted:bool name:str first_name:str last_name:str email:str
        username:str title:str is_active:bool user_role_id:str manager_id:str user_type:str""",
    "user_role": """id:str _fivetran_deleted:bool name:str developer_name:str
        parent_role_id:str""",
}
SUBSCRIPTION = """id:str customer_id:str status:str quantity:int billing:str livemode:bool
    metadata:str cancel_at_period_end:bool created:when start_date:when
    current_period_start:when current_period_end:when canceled_at:at ended_at:at
    trial_start:at trial_end:at cancellation_details_reason:str
    cancellation_details_feedback:str"""
STRIPE = {
    "customer": """id:str name:str email:str description:str currency:str address_country:str
        phone:str balance:int delinquent:bool livemode:bool is_deleted:bool metadata:str
        created:when""",
    "subscription": SUBSCRIPTION,
    "subscription_history": f"""{SUBSCRIPTION} _fivetran_active:bool _fivetran_start:when
        _fivetran_end:end""",
    "subscription_item": """id:str subscription_id:str plan_id:str quantity:int metadata:str
        current_period_start:when current_period_end:when created:when""",
    "price": """id:str product_id:str active:bool billing_scheme:str currency:str unit_amount:int
        recurring_interval:str recurring_interval_count:int type:str nickname:str livemode:bool
        is_deleted:bool created:when""",
    "plan": """id:str product_id:str active:bool billing_scheme:str currency:str amount:int
        interval:str interval_count:int nickname:str usage_type:str livemode:bool
        is_deleted:bool created:when""",
    "product": """id:str name:str active:bool type:str livemode:bool is_deleted:bool
        created:when updated:when""",
    "invoice": """id:str customer_id:str subscription_id:str charge_id:str number:str status:str
        currency:str amount_due:int amount_paid:int amount_remaining:int subtotal:int tax:int
        total:int paid:bool billing_reason:str attempt_count:int livemode:bool is_deleted:bool
        period_start:when period_end:when due_date:when created:when""",
    "invoice_line_item": """id:str invoice_id:str subscription_id:str subscription_item_id:str
        plan_id:str price_id:str type:str description:str currency:str amount:int quantity:int
        proration:bool livemode:bool period_start:when period_end:when""",
    "charge": """id:str customer_id:str invoice_id:str amount:int amount_refunded:int
        currency:str status:str paid:bool captured:bool refunded:bool failure_code:str
        failure_message:str livemode:bool created:when""",
    "coupon": """id:str name:str percent_off:float amount_off:int currency:str duration:str
        duration_in_months:int valid:bool livemode:bool created:when""",
    "subscription_discount": """id:str coupon_id:str customer_id:str subscription_id:str
        start:when end:when""",
    "dispute": """id:str charge_id:str amount:int currency:str reason:str status:str
        is_charge_refundable:bool livemode:bool created:when""",
    "refund": """id:str charge_id:str amount:int currency:str reason:str status:str
        created:when""",
}
ZENDESK = {
    "user": """id:int name:str email:str role:str organization_id:int active:bool verified:bool
        suspended:bool phone:str time_zone:str locale:str created_at:when updated_at:when""",
    "organization": """id:int name:str external_id:str shared_tickets:bool shared_comments:bool
        created_at:when updated_at:when""",
    "domain_name": "index:int organization_id:int domain_name:str",
    "ticket": """id:int organization_id:int requester_id:int submitter_id:int assignee_id:int
        brand_id:int subject:str description:str status:str priority:str type:str via_channel:str
        is_public:bool created_at:when updated_at:when""",
    "ticket_tag": "ticket_id:int tag:str",
    "ticket_field_history": "ticket_id:int field_name:str updated:when value:str user_id:int",
    "brand": "id:int name:str active:bool subdomain:str _fivetran_deleted:bool",
}
GOOGLE_ADS = {
    "account_history": """id:int descriptive_name:str currency_code:str time_zone:str
        auto_tagging_enabled:bool updated_at:when _fivetran_active:bool""",
    "campaign_history": """id:int customer_id:int name:str advertising_channel_type:str
        advertising_channel_subtype:str start_date:str end_date:str serving_status:str
        status:str tracking_url_template:str updated_at:when _fivetran_active:bool""",
    "campaign_stats": """_fivetran_id:str customer_id:int id:int date:date ad_network_type:str
        device:str impressions:int clicks:int cost_micros:int conversions:float
        conversions_value:float view_through_conversions:int""",
}
LINKEDIN_ADS = {
    "account_history": """id:int name:str currency:str created_time:when last_modified_time:when
        version_tag:str""",
    "campaign_history": """id:int account_id:int campaign_group_id:int name:str status:str
        created_time:when last_modified_time:when version_tag:str""",
    "ad_analytics_by_campaign": """campaign_id:int day:when impressions:int clicks:int
        cost_in_local_currency:float cost_in_usd:float
        conversion_value_in_local_currency:float""",
}
FACEBOOK_ADS = {
    "account_history": "id:int name:str currency:str account_status:str created_time:when",
    "campaign_history": """id:int account_id:int name:str status:str created_time:when
        updated_time:when""",
    "ad_history": """id:int account_id:int campaign_id:int ad_set_id:int creative_id:int name:str
        updated_time:when""",
    "basic_ad": """ad_id:int ad_name:str account_id:int date:date impressions:int
        inline_link_clicks:int reach:int spend:float""",
}
UNSYNCED = ("linkedin_ads.", "facebook_ads.basic_ad", "google_ads.campaign_history")
"""The connectors' own samples of these tables carry no sync time."""
TRUTH = {
    "humans": """human_id:str account_id:str segment:str channel:str employees:int country:str
        email_class:str is_lead_valid:bool""",
    "records": "system:str record_id:str human_id:str",
    "companies": "system:str company_id:str account_id:str",
    "journeys": """journey_id:str human_id:str deal_id:str number:int channel:str campaign:str
        is_channel_known:bool started_at:when""",
    "stage_entries": """journey_id:str human_id:str journey_number:int stage:str
        entered_at:when is_inferred:bool qualified_at:at""",
    "exits": "journey_id:str stage:str reason:str exited_at:when",
    "owners": "system:str record_id:str owner_id:str assigned_at:when",
    "label_changes": "system:str record_id:str label:str changed_by:str changed_at:when",
    "deals": """system:str deal_id:str journey_id:str account_id:str type:str amount:float
        currency:str created_at:when closed_at:at outcome:str lost_reason:str is_deleted:bool""",
    "deal_states": """system:str deal_id:str outcome:str amount:float expected_close_date:date
        forecast_category:str changed_at:when""",
    "subscriptions": """account_id:str currency:str monthly_amount:float started_at:when
        ended_at:at""",
    "payments": "account_id:str currency:str kind:str amount:float paid_at:when",
    "synced_deals": "deal_id:str opportunity_id:str category:str",
    "rates": "segment:str from_stage:str to_stage:str rate:float median_days:float",
    "drifts": """kind:str system:str stage:str rule:str subject:str owner_team:str
        valid_from:when valid_to:when""",
    "generation": "people:int seed:int until:when",
}
SYSTEMS = {
    "hubspot": HUBSPOT,
    "salesforce": SALESFORCE,
    "stripe": STRIPE,
    "zendesk": ZENDESK,
    "google_ads": GOOGLE_ADS,
    "linkedin_ads": LINKEDIN_ADS,
    "facebook_ads": FACEBOOK_ADS,
    "truth": TRUTH,
}


@cache
def columns(table: str) -> dict[str, str]:
    """Name and kind of each column of a `system.table`."""
    system, name = table.split(".")
    found = dict(pair.split(":", 1) for pair in SYSTEMS[system][name].split())
    if system != "truth" and not table.startswith(UNSYNCED):
        found[SYNCED] = "when"
    return found


@cache
def arrow_schema(table: str) -> pa.Schema:
    """The types a table is written with."""
    return pa.schema([(name, TYPES[kind]) for name, kind in columns(table).items()])


def tables() -> list[str]:
    """Every table there is, as `system.table`."""
    return [f"{system}.{name}" for system, names in SYSTEMS.items() for name in names]
