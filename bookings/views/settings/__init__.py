"""The owner's settings: each page shows what is so, and each change is one action."""
