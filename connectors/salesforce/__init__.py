"""Salesforce: the CRM port, and reading its outbound messages. Import the module that you need."""
