"""Reads: what can be booked (catalogue), when (calendar), and what is booked (booked)."""
