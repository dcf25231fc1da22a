"""Stripe: the payment processor port. Import `connectors.stripe.processor` where Stripe is configured."""
