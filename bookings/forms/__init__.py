"""What people type, read and judged; the views turn it into words and actions."""
