"""Reads of what is done in treatments."""
