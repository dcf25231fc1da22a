"""The steps that bring a database from any released version to this one; run by storage.migrate."""
