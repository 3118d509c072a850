"""The administrator's page that brings boundaries in: upload, check, preview, confirm."""
