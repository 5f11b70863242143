"""Who somebody is: passwords, codes and links by mail, second factors, open sessions.

django-allauth takes the steps; what it leaves open or does otherwise than a clinic needs (who may
try how often, what is written down, how long a session lasts) stands here.
"""
