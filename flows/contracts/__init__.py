"""From a closed deal in the CRM to something that can be billed, or a question to a person."""
