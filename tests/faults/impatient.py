"""The clinic's Celery application, but with a broker that takes work back after a second.

With kombu's defaults the unacknowledged are only looked for every hundred seconds, so that a short
test of redelivery would pass without any.
"""

from clinic.celery import app

app.conf.broker_transport_options = {
    **app.conf.broker_transport_options,
    "visibility_timeout": 1,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
