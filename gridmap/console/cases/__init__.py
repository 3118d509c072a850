"""The case file for whoever walks: my cases, the page of a case, a new report, notices."""
