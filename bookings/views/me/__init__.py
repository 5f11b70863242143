"""The client's own pages under /me/: signed in by a mailed code or a passkey, never a password."""
