"""One file with all the clinic knows: database and media, encrypted under BACKUP_KEY.

`container` is the file, `tools` finds pg_dump and pg_restore, `contents` counts what is in a
database, `writing` and `restoring` are the two ways, `nightly` is what the clock does.
"""
