"""The outside systems that the settings name, each imported only where it is used."""

from __future__ import annotations

from collections.abc import Mapping

from bot.settings import Settings
from connectors.transport import Gate, open_gate
from flows.contracts.field_mapping import load_field_mapping
from flows.ports import Crm, Processor


def crm_of(settings: Settings, field_names: Mapping[str, str], gate: Gate = open_gate) -> Crm | None:
    """Return Salesforce, or None when it is not connected. `field_names` are those that the policy changes.

    The mapping file is read also where nothing is connected, so that its mistakes are told at once. Raises
    ConfigurationError for what is wrong in it, and for an impossible name of a field.
    """
    mapping = load_field_mapping(settings.crm_fields) if settings.crm_fields else None
    login, client, secret = (
        settings.salesforce_login_url,
        settings.salesforce_client_id,
        settings.salesforce_client_secret,
    )
    if login is None or client is None or secret is None:
        return None
    from connectors.salesforce.crm import SalesforceCrm
    from connectors.salesforce.fields import SalesforceFields

    fields = SalesforceFields.named(field_names)
    if mapping is not None:
        fields = fields.mapped(mapping)
    currency = settings.salesforce_currency
    return SalesforceCrm(login, client, secret.get_secret_value(), fields, default_currency=currency, gate=gate)


def processor_of(settings: Settings, gate: Gate = open_gate) -> Processor | None:
    """Return Stripe, or None when it is not connected."""
    if settings.stripe_api_key is None:
        return None
    from connectors.stripe.processor import StripeProcessor

    return StripeProcessor(settings.stripe_api_key.get_secret_value(), settings.stripe_api_base, gate=gate)
