"""Writes about what is done in a treatment."""

from treatments.actions.charting import chart, open_session, sign_session, write_addendum

__all__ = ["chart", "open_session", "sign_session", "write_addendum"]
