{# All e-mail addresses of a HubSpot contact in one text, the main one first, with semicolons between them. The connectors have
   two names for the column of the others. #}
{% macro contact_addresses() -%}
    case
            when coalesce(property_hs_additional_emails, properties_hs_additional_emails) is null
                then property_email
            else
                coalesce(property_email || ';', '')
                || coalesce(property_hs_additional_emails, properties_hs_additional_emails)
        end
{%- endmacro %}
