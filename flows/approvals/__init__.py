"""Who must agree before an invoice is issued, and what their clicks mean."""
