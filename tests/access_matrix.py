"""Who finds what at every address of the site: the one list that says whom a door is open to.

A row is an address as its pattern reads, a method, and what each of seven people is answered: a
status, or `login` where they are sent to log in and back. 404 is a closed door: the page is not
there for them. A GET that is answered 405 and a POST that is answered 422 or 409 came in.

The POSTs bring what the address can do (tests/access_walk.py), or nothing: an empty form is shown
again with its sentences. `/admin/*` and `/static/*` stand for all that lies behind them.
"""

from __future__ import annotations

ACTORS = ("nobody", "client", "desk", "practitioner", "colleague", "owner", "superuser")

TABLE = """
                                                     nobody client desk   practi colleag owner superuser

# Booking, and a booking's own page: whoever has the link
/                                               GET  200    200    200    200    200    200    200
/                                               POST 405    405    405    405    405    405    405
/book/                                          GET  302    302    302    302    302    302    302
/book/                                          POST 405    405    405    405    405    405    405
/book/hold/                                     GET  405    405    405    405    405    405    405
/book/hold/                                     POST 303    303    303    303    303    303    303
/book/a/<str:attempt>/                          GET  200    200    200    200    200    200    200
/book/a/<str:attempt>/                          POST 303    303    303    303    303    303    303
/book/a/<str:attempt>/extend/                   GET  405    405    405    405    405    405    405
/book/a/<str:attempt>/extend/                   POST 200    200    200    200    200    200    200
/book/<slug:location>/<slug:treatment>/         GET  200    200    200    200    200    200    200
/book/<slug:location>/<slug:treatment>/         POST 405    405    405    405    405    405    405
/manage/<str:token>/                            GET  200    200    200    200    200    200    200
/manage/<str:token>/                            POST 405    405    405    405    405    405    405
/manage/<str:token>/calendar.ics                GET  200    200    200    200    200    200    200
/manage/<str:token>/calendar.ics                POST 405    405    405    405    405    405    405
/manage/<str:token>/again/                      GET  302    302    302    302    302    302    302
/manage/<str:token>/again/                      POST 405    405    405    405    405    405    405
/manage/<str:token>/confirm/                    GET  200    200    200    200    200    200    200
/manage/<str:token>/confirm/                    POST 303    303    303    303    303    303    303
/manage/<str:token>/remind/                     GET  405    405    405    405    405    405    405
/manage/<str:token>/remind/                     POST 303    303    303    303    303    303    303
/manage/<str:token>/move/                       GET  200    200    200    200    200    200    200
/manage/<str:token>/move/                       POST 303    303    303    303    303    303    303
/manage/<str:token>/cancel/                     GET  200    200    200    200    200    200    200
/manage/<str:token>/cancel/                     POST 303    303    303    303    303    303    303
/check-in/<str:token>/                          GET  200    200    200    200    200    200    200
/check-in/<str:token>/                          POST 303    303    303    303    303    303    303

# Ending a sort of message: whoever has the link
/stop/<str:token>/                              GET  200    200    200    200    200    200    200
/stop/<str:token>/                              POST 200    200    200    200    200    200    200

# A client's form: whoever has the link
/forms/<str:token>/                             GET  200    200    200    200    200    200    200
/forms/<str:token>/                             POST 303    303    303    303    303    303    303
/forms/<str:token>/part/<slug:part>/            GET  303    303    303    303    303    303    303
/forms/<str:token>/part/<slug:part>/            POST 303    303    303    303    303    303    303
/forms/<str:token>/send/                        GET  405    405    405    405    405    405    405
/forms/<str:token>/send/                        POST 409    409    409    409    409    409    409

# The mailbox of a demo; it is not there in production
/mailbox/                                       GET  200    200    200    200    200    200    200
/mailbox/                                       POST 405    405    405    405    405    405    405
/mailbox/<slug:name>/                           GET  200    200    200    200    200    200    200
/mailbox/<slug:name>/                           POST 405    405    405    405    405    405    405
/mailbox/<slug:name>/page/                      GET  200    200    200    200    200    200    200
/mailbox/<slug:name>/page/                      POST 405    405    405    405    405    405    405
/mailbox/<slug:name>/attachment/<int:number>/   GET  200    200    200    200    200    200    200
/mailbox/<slug:name>/attachment/<int:number>/   POST 405    405    405    405    405    405    405

# For programs
/api/v1/locations                               GET  200    200    200    200    200    200    200
/api/v1/locations                               POST 405    405    405    405    405    405    405
/api/v1/practitioners                           GET  200    200    200    200    200    200    200
/api/v1/practitioners                           POST 405    405    405    405    405    405    405
/api/v1/treatments                              GET  200    200    200    200    200    200    200
/api/v1/treatments                              POST 405    405    405    405    405    405    405
/api/v1/availability                            GET  200    200    200    200    200    200    200
/api/v1/availability                            POST 405    405    405    405    405    405    405
/api/v1/screening                               GET  200    200    200    200    200    200    200
/api/v1/screening                               POST 405    405    405    405    405    405    405
/api/v1/bookings                                GET  405    405    405    405    405    405    405
/api/v1/bookings                                POST 201    201    201    201    201    201    201
/api/v1/bookings/<token>                        GET  200    200    200    200    200    200    200
/api/v1/bookings/<token>                        POST 405    405    405    405    405    405    405
/api/v1/bookings/<token>/move                   GET  405    405    405    405    405    405    405
/api/v1/bookings/<token>/move                   POST 200    200    200    200    200    200    200
/api/v1/bookings/<token>/cancel                 GET  405    405    405    405    405    405    405
/api/v1/bookings/<token>/cancel                 POST 200    200    200    200    200    200    200
/api/v1/openapi.json                            GET  200    200    200    200    200    200    200
/api/v1/openapi.json                            POST 405    405    405    405    405    405    405
/api/v1/docs                                    GET  200    200    200    200    200    200    200
/api/v1/docs                                    POST 405    405    405    405    405    405    405
/api/v1/                                        GET  404    404    404    404    404    404    404
/api/v1/                                        POST 404    404    404    404    404    404    404
/api/v1/<path:rest>                             GET  404    404    404    404    404    404    404
/api/v1/<path:rest>                             POST 404    404    404    404    404    404    404

# Where providers report: there for nobody while no provider is in use
/hooks/email/                                   GET  405    405    405    405    405    405    405
/hooks/email/                                   POST 404    404    404    404    404    404    404
/hooks/twilio/status/                           GET  405    405    405    405    405    405    405
/hooks/twilio/status/                           POST 404    404    404    404    404    404    404
/hooks/twilio/inbound/                          GET  405    405    405    405    405    405    405
/hooks/twilio/inbound/                          POST 404    404    404    404    404    404    404
/hooks/sms/inbound/                             GET  405    405    405    405    405    405    405
/hooks/sms/inbound/                             POST 404    404    404    404    404    404    404
/hooks/sms/status/                              GET  405    405    405    405    405    405    405
/hooks/sms/status/                              POST 404    404    404    404    404    404    404

# The clinic's own colour and logo
/brand/<slug:accent>/<slug:digest>.css          GET  200    200    200    200    200    200    200
/brand/<slug:accent>/<slug:digest>.css          POST 405    405    405    405    405    405    405
/brand/logo/<slug:digest>/                      GET  200    200    200    200    200    200    200
/brand/logo/<slug:digest>/                      POST 405    405    405    405    405    405    405

# Ways in and out. Everybody with an app takes the second step
/login/                                         GET  200    302    302    302    302    302    302
/login/                                         POST 200    302    302    302    302    302    302
/login/second/                                  GET  302    302    302    302    302    302    302
/login/second/                                  POST 302    302    302    302    302    302    302
/login/passkey/                                 GET  302    302    302    302    302    302    302
/login/passkey/                                 POST 302    302    302    302    302    302    302
/login/mail/                                    GET  200    302    302    302    302    302    302
/login/mail/                                    POST 200    302    302    302    302    302    302
/login/mail/code/                               GET  302    302    302    302    302    302    302
/login/mail/code/                               POST 302    302    302    302    302    302    302
/login/link/<str:token>/                        GET  200    200    200    200    200    200    200
/login/link/<str:token>/                        POST 302    302    302    302    302    302    302
/login/switch/                                  GET  302    302    302    302    302    302    302
/login/switch/                                  POST 302    302    302    302    302    302    302
/login/pin/                                     GET  302    302    302    302    302    302    302
/login/pin/                                     POST 302    302    302    302    302    302    302
/logout/                                        GET  405    405    405    405    405    405    405
/logout/                                        POST 302    302    302    302    302    302    302

# One's own login. The colleague has no app, the passkey is the practitioner's
/account/                                       GET  login  404    200    200    200    200    200
/account/                                       POST login  404    200    200    200    200    200
/account/set-up/                                GET  login  404    302    302    200    302    302
/account/set-up/                                POST login  404    302    302    200    302    302
/account/password/                              GET  login  404    200    200    200    200    200
/account/password/                              POST login  404    200    200    200    200    200
/account/pin/                                   GET  login  404    200    200    200    200    200
/account/pin/                                   POST login  404    200    200    200    200    200
/account/pin/remove/                            GET  login  404    405    405    405    405    405
/account/pin/remove/                            POST login  404    302    302    302    302    302
/account/sessions/                              GET  login  404    405    405    405    405    405
/account/sessions/                              POST login  404    302    302    302    302    302
/account/again/                                 GET  login  404    200    200    200    200    200
/account/again/                                 POST login  404    200    200    200    200    200
/account/again/code/                            GET  login  404    200    200    302    200    200
/account/again/code/                            POST login  404    200    200    302    200    200
/account/again/passkey/                         GET  login  404    302    200    302    302    302
/account/again/passkey/                         POST login  404    302    302    302    302    302
/account/app/                                   GET  login  404    302    302    200    302    302
/account/app/                                   POST login  404    302    302    200    302    302
/account/app/remove/                            GET  login  404    200    200    404    200    200
/account/app/remove/                            POST login  404    302    302    404    302    302
/account/passkey/                               GET  login  404    200    200    200    200    200
/account/passkey/                               POST login  404    200    200    200    200    200
/account/passkey/<slug:name>/remove/            GET  login  404    404    200    404    404    404
/account/passkey/<slug:name>/remove/            POST login  404    404    302    404    404    404
/account/codes/                                 GET  login  404    200    200    404    200    200
/account/codes/                                 POST login  404    405    405    405    405    405
/account/codes/new/                             GET  login  404    200    200    200    200    200
/account/codes/new/                             POST login  404    302    302    200    302    302
/account/codes/file/                            GET  login  404    200    200    404    200    200
/account/codes/file/                            POST login  404    405    405    404    405    405

# The desk
/desk/                                          GET  login  404    200    200    200    200    200
/desk/                                          POST login  404    405    405    405    405    405
/desk/find/                                     GET  login  404    200    200    200    200    200
/desk/find/                                     POST login  404    405    405    405    405    405
/desk/inbox/                                    GET  login  404    200    200    200    200    200
/desk/inbox/                                    POST login  404    405    405    405    405    405
/desk/inbox/<uuid:uid>/                         GET  login  404    200    200    200    200    200
/desk/inbox/<uuid:uid>/                         POST login  404    303    303    303    303    303
/desk/inbox/<uuid:uid>/done/                    GET  login  404    405    405    405    405    405
/desk/inbox/<uuid:uid>/done/                    POST login  404    303    303    303    303    303
/desk/inbox/unreached/<uuid:uid>/               GET  login  404    405    405    405    405    405
/desk/inbox/unreached/<uuid:uid>/               POST login  404    303    303    303    303    303
/desk/messages/                                 GET  login  404    200    200    200    200    200
/desk/messages/                                 POST login  404    405    405    405    405    405
/desk/messages/<uuid:uid>/again/                GET  login  404    405    405    405    405    405
/desk/messages/<uuid:uid>/again/                POST login  404    303    303    303    303    303
/desk/messages/<uuid:uid>/aside/                GET  login  404    405    405    405    405    405
/desk/messages/<uuid:uid>/aside/                POST login  404    303    303    303    303    303
/desk/messages/<uuid:uid>/told/                 GET  login  404    405    405    405    405    405
/desk/messages/<uuid:uid>/told/                 POST login  404    303    303    303    303    303
/desk/waiting/                                  GET  login  404    200    200    200    200    200
/desk/waiting/                                  POST login  404    405    405    405    405    405
/desk/book/                                     GET  login  404    200    200    200    200    200
/desk/book/                                     POST login  404    303    303    303    303    303
/desk/tasks/                                    GET  login  404    200    200    200    200    200
/desk/tasks/                                    POST login  404    405    405    405    405    405
/desk/tasks/<uuid:uid>/done/                    GET  login  404    405    405    405    405    405
/desk/tasks/<uuid:uid>/done/                    POST login  404    303    303    303    303    303
/desk/tasks/<uuid:uid>/reopen/                  GET  login  404    405    405    405    405    405
/desk/tasks/<uuid:uid>/reopen/                  POST login  404    303    303    303    303    303
/desk/clients/                                  GET  login  404    200    200    200    200    200
/desk/clients/                                  POST login  404    405    405    405    405    405
/desk/clients/duplicates/                       GET  login  404    200    200    200    200    200
/desk/clients/duplicates/                       POST login  404    405    405    405    405    405
/desk/clients/<uuid:uid>/                       GET  login  404    200    200    200    200    200
/desk/clients/<uuid:uid>/                       POST login  404    405    405    405    405    405
/desk/clients/<uuid:uid>/edit/                  GET  login  404    200    200    200    200    200
/desk/clients/<uuid:uid>/edit/                  POST login  404    303    303    303    303    303
/desk/clients/<uuid:uid>/told/                  GET  login  404    405    405    405    405    405
/desk/clients/<uuid:uid>/told/                  POST login  404    409    409    409    409    409
/desk/clients/<uuid:uid>/met/                   GET  login  404    405    405    405    405    405
/desk/clients/<uuid:uid>/met/                   POST login  404    303    303    303    303    303
/desk/clients/<uuid:uid>/messages/              GET  login  404    200    200    200    200    200
/desk/clients/<uuid:uid>/messages/              POST login  404    405    405    405    405    405
/desk/clients/<uuid:uid>/messages/words/        GET  login  404    404    404    404    200    200
/desk/clients/<uuid:uid>/messages/words/        POST login  404    404    404    404    405    405
/desk/clients/<uuid:uid>/link/                  GET  login  404    405    405    405    405    405
/desk/clients/<uuid:uid>/link/                  POST login  404    303    303    303    303    303
/desk/clients/<uuid:uid>/form/                  GET  login  404    405    405    405    405    405
/desk/clients/<uuid:uid>/form/                  POST login  404    303    303    303    303    303
/desk/clients/<uuid:uid>/merge/<uuid:other>/    GET  login  404    200    200    200    200    200
/desk/clients/<uuid:uid>/merge/<uuid:other>/    POST login  404    303    303    303    303    303
/desk/clients/<uuid:uid>/apart/<uuid:other>/    GET  login  404    405    405    405    405    405
/desk/clients/<uuid:uid>/apart/<uuid:other>/    POST login  404    303    303    303    303    303
/desk/merges/<uuid:uid>/undo/                   GET  login  404    405    405    405    405    405
/desk/merges/<uuid:uid>/undo/                   POST login  404    303    303    303    303    303
/desk/booking/<uuid:uid>/                       GET  login  404    200    200    200    200    200
/desk/booking/<uuid:uid>/                       POST login  404    405    405    405    405    405
/desk/booking/<uuid:uid>/move/                  GET  login  404    200    200    200    200    200
/desk/booking/<uuid:uid>/move/                  POST login  404    303    303    303    303    303
/desk/booking/<uuid:uid>/cancel/                GET  login  404    200    200    200    200    200
/desk/booking/<uuid:uid>/cancel/                POST login  404    303    303    303    303    303
/desk/booking/<uuid:uid>/undo/                  GET  login  404    405    405    405    405    405
/desk/booking/<uuid:uid>/undo/                  POST login  404    303    303    303    303    303
/desk/booking/<uuid:uid>/tablet/                GET  login  404    405    405    405    405    405
/desk/booking/<uuid:uid>/tablet/                POST login  404    303    303    303    303    303
/desk/booking/<uuid:uid>/<slug:name>/           GET  login  404    405    405    405    405    405
/desk/booking/<uuid:uid>/<slug:name>/           POST login  404    303    303    303    303    303
/desk/clients/<uuid:uid>/logins/                GET  login  404    200    200    200    200    200
/desk/clients/<uuid:uid>/logins/                POST login  404    422    422    422    422    422
/desk/clients/<uuid:uid>/logins/end/            GET  login  404    405    405    405    405    405
/desk/clients/<uuid:uid>/logins/end/            POST login  404    404    404    404    404    404

# A client's own pages. The desk's word lets the client in; nobody else, staff included
/me/                                            GET  login  303    404    404    404    404    404
/me/                                            POST login  405    404    404    404    404    404
/me/login/                                      GET  200    302    200    200    200    200    200
/me/login/                                      POST 200    302    200    200    200    200    200
/me/login/code/                                 GET  302    302    302    302    302    302    302
/me/login/code/                                 POST 302    302    302    302    302    302    302
/me/login/link/<str:token>/                     GET  200    200    200    200    200    200    200
/me/login/link/<str:token>/                     POST 303    303    303    303    303    303    303
/me/login/passkey/                              GET  302    302    302    302    302    302    302
/me/login/passkey/                              POST 302    302    302    302    302    302    302
/me/logout/                                     GET  405    405    405    405    405    405    405
/me/logout/                                     POST 303    303    303    303    303    303    303
/me/choose/                                     GET  login  405    404    404    404    404    404
/me/choose/                                     POST login  303    404    404    404    404    404
/me/find/                                       GET  login  200    404    404    404    404    404
/me/find/                                       POST login  200    404    404    404    404    404
/me/find/<str:token>/                           GET  login  303    404    404    404    404    404
/me/find/<str:token>/                           POST login  303    404    404    404    404    404
/me/account/                                    GET  login  200    404    404    404    404    404
/me/account/                                    POST login  405    404    404    404    404    404
/me/account/sessions/                           GET  login  405    404    404    404    404    404
/me/account/sessions/                           POST login  303    404    404    404    404    404
/me/account/passkey/                            GET  login  302    404    404    404    404    404
/me/account/passkey/                            POST login  302    404    404    404    404    404
/me/account/passkey/<slug:name>/remove/         GET  login  302    404    404    404    404    404
/me/account/passkey/<slug:name>/remove/         POST login  302    404    404    404    404    404
/me/<uuid:client>/                              GET  login  200    404    404    404    404    404
/me/<uuid:client>/                              POST login  405    404    404    404    404    404
/me/<uuid:client>/visits/                       GET  login  200    404    404    404    404    404
/me/<uuid:client>/visits/                       POST login  405    404    404    404    404    404
/me/<uuid:client>/book/                         GET  login  200    404    404    404    404    404
/me/<uuid:client>/book/                         POST login  303    404    404    404    404    404
/me/<uuid:client>/book/<str:attempt>/           GET  login  200    404    404    404    404    404
/me/<uuid:client>/book/<str:attempt>/           POST login  303    404    404    404    404    404
/me/<uuid:client>/you/                          GET  login  200    404    404    404    404    404
/me/<uuid:client>/you/                          POST login  405    404    404    404    404    404
/me/<uuid:client>/messages/                     GET  login  200    404    404    404    404    404
/me/<uuid:client>/messages/                     POST login  303    404    404    404    404    404
/me/<uuid:client>/documents/                    GET  login  200    404    404    404    404    404
/me/<uuid:client>/documents/                    POST login  405    404    404    404    404    404
/me/<uuid:client>/documents/<uuid:uid>/         GET  login  200    404    404    404    404    404
/me/<uuid:client>/documents/<uuid:uid>/         POST login  405    404    404    404    404    404
/me/<uuid:client>/files/<str:signed>/           GET  login  200    404    404    404    404    404
/me/<uuid:client>/files/<str:signed>/           POST login  405    404    404    404    404    404
/me/<uuid:client>/data/                         GET  login  200    404    404    404    404    404
/me/<uuid:client>/data/                         POST login  405    404    404    404    404    404
/me/<uuid:client>/data/download/                GET  login  405    404    404    404    404    404
/me/<uuid:client>/data/download/                POST login  302    404    404    404    404    404
/me/<uuid:client>/data/seen/                    GET  login  200    404    404    404    404    404
/me/<uuid:client>/data/seen/                    POST login  405    404    404    404    404    404
/me/<uuid:client>/data/requests/                GET  login  200    404    404    404    404    404
/me/<uuid:client>/data/requests/                POST login  200    404    404    404    404    404

# The practitioner's day. The visits are the practitioner's, not the colleague's
/practice/requests/                             GET  login  404    404    200    200    200    200
/practice/requests/                             POST login  404    404    405    405    405    405
/practice/requests/<uuid:uid>/                  GET  login  404    404    405    405    405    405
/practice/requests/<uuid:uid>/                  POST login  404    404    303    404    303    303
/practice/                                      GET  login  404    404    200    200    200    200
/practice/                                      POST login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/                     GET  login  404    404    200    404    404    404
/practice/visit/<uuid:uid>/                     POST login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/review/              GET  login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/review/              POST login  404    404    303    404    404    404
/practice/visit/<uuid:uid>/answers/             GET  login  404    404    200    404    404    404
/practice/visit/<uuid:uid>/answers/             POST login  404    404    303    404    404    404
/practice/visit/<uuid:uid>/session/             GET  login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/session/             POST login  404    404    303    404    404    404
/practice/session/<uuid:uid>/                   GET  login  404    404    200    404    404    404
/practice/session/<uuid:uid>/                   POST login  404    404    405    405    405    405
/practice/session/<uuid:uid>/log/               GET  login  404    404    200    404    404    404
/practice/session/<uuid:uid>/log/               POST login  404    404    200    404    404    404
/practice/session/<uuid:uid>/act/               GET  login  404    404    405    405    405    405
/practice/session/<uuid:uid>/act/               POST login  404    404    303    404    404    404
/practice/session/<uuid:uid>/finish/            GET  login  404    404    200    404    404    404
/practice/session/<uuid:uid>/finish/            POST login  404    404    303    404    404    404
/practice/session/<uuid:uid>/record/            GET  login  404    404    200    404    404    404
/practice/session/<uuid:uid>/record/            POST login  404    404    405    405    405    405
/practice/session/<uuid:uid>/record/add/        GET  login  404    404    405    405    405    405
/practice/session/<uuid:uid>/record/add/        POST login  404    404    303    404    404    404
/practice/session/<uuid:uid>/record/pdf/        GET  login  404    404    200    404    404    404
/practice/session/<uuid:uid>/record/pdf/        POST login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/judge/               GET  login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/judge/               POST login  404    404    303    404    404    404
/practice/visit/<uuid:uid>/consents/            GET  login  404    404    200    404    404    404
/practice/visit/<uuid:uid>/consents/            POST login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/consents/still-yes/  GET  login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/consents/still-yes/  POST login  404    404    303    404    404    404
/practice/visit/<uuid:uid>/consents/link/       GET  login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/consents/link/       POST login  404    404    303    404    404    404
/practice/visit/<uuid:uid>/consents/<uuid:consent>/withdraw/ GET  login  404    404    405    405    405    405
/practice/visit/<uuid:uid>/consents/<uuid:consent>/withdraw/ POST login  404    404    303    404    404    404
/practice/visit/<uuid:uid>/consents/<uuid:consent>/ GET  login  404    404    200    404    404    404
/practice/visit/<uuid:uid>/consents/<uuid:consent>/ POST login  404    404    405    405    405    405

# What a client agrees to: whoever has the link, or the tablet they were handed
/consent/<str:token>/                           GET  200    200    200    200    200    200    200
/consent/<str:token>/                           POST 405    405    405    405    405    405    405
/consent/<str:token>/<slug:kind>/               GET  200    200    200    200    200    200    200
/consent/<str:token>/<slug:kind>/               POST 303    303    303    303    303    303    303
/consent/<str:token>/signed/<uuid:uid>/         GET  200    200    200    200    200    200    200
/consent/<str:token>/signed/<uuid:uid>/         POST 405    405    405    405    405    405    405
/consent/<str:token>/signed/<uuid:uid>/withdraw/ GET  200    200    200    200    200    200    200
/consent/<str:token>/signed/<uuid:uid>/withdraw/ POST 303    303    303    303    303    303    303
/tablet/<str:token>/                            GET  303    303    303    303    303    303    303
/tablet/<str:token>/                            POST 303    303    303    303    303    303    303
/tablet/<str:token>/<slug:kind>/                GET  200    200    200    200    200    200    200
/tablet/<str:token>/<slug:kind>/                POST 303    303    303    303    303    303    303

# The texts they sign, for those who treat
/consent-texts/                                 GET  login  404    404    200    200    200    200
/consent-texts/                                 POST login  404    404    405    405    405    405
/consent-texts/<slug:kind>/edit/                GET  login  404    404    200    200    200    200
/consent-texts/<slug:kind>/edit/                POST login  404    404    422    422    422    422
/consent-texts/<slug:kind>/<int:number>/        GET  login  404    404    200    200    200    200
/consent-texts/<slug:kind>/<int:number>/        POST login  404    404    405    405    405    405

# A client's record, for whoever treats them
/practice/clients/<uuid:uid>/                   GET  login  404    404    200    302    302    302
/practice/clients/<uuid:uid>/                   POST login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/open/              GET  login  404    404    303    200    200    200
/practice/clients/<uuid:uid>/open/              POST login  404    404    303    303    303    303
/practice/clients/<uuid:uid>/seen/              GET  login  404    404    200    404    200    200
/practice/clients/<uuid:uid>/seen/              POST login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/withheld/          GET  login  404    404    200    404    200    200
/practice/clients/<uuid:uid>/withheld/          POST login  404    404    303    404    303    303
/practice/clients/<uuid:uid>/note/              GET  login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/note/              POST login  404    404    303    404    404    404
/practice/clients/<uuid:uid>/form/              GET  login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/form/              POST login  404    404    303    404    404    404
/practice/clients/<uuid:uid>/told/              GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/told/              POST login  404    404    422    404    404    404
/practice/clients/<uuid:uid>/told/part/<slug:part>/ GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/told/part/<slug:part>/ POST login  404    404    303    404    404    404
/practice/clients/<uuid:uid>/told/send/         GET  login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/told/send/         POST login  404    404    422    404    404    404
/practice/clients/<uuid:uid>/told/put-aside/    GET  login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/told/put-aside/    POST login  404    404    303    404    404    404
/practice/clients/<uuid:uid>/answers/           GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/answers/           POST login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/answers/<slug:code>/ GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/answers/<slug:code>/ POST login  404    404    405    405    405    405

# Adverse events: whoever treated, and the owner; nobody at the desk
/practice/events/                               GET  login  404    404    200    200    200    200
/practice/events/                               POST login  404    404    405    405    405    405
/practice/events/<uuid:uid>/                    GET  login  404    404    200    302    200    200
/practice/events/<uuid:uid>/                    POST login  404    404    405    405    405    405
/practice/events/<uuid:uid>/note/               GET  login  404    404    405    405    405    405
/practice/events/<uuid:uid>/note/               POST login  404    404    303    404    303    303
/practice/events/<uuid:uid>/reopen/             GET  login  404    404    405    405    405    405
/practice/events/<uuid:uid>/reopen/             POST login  404    404    409    404    409    409
/practice/clients/<uuid:uid>/event/             GET  login  404    404    200    302    302    302
/practice/clients/<uuid:uid>/event/             POST login  404    404    303    302    302    302

# Needles and tools, for all staff; whom a lot was used on is for practitioners
/practice/stock/                                GET  login  404    200    200    200    200    200
/practice/stock/                                POST login  404    405    405    405    405    405
/practice/stock/add/                            GET  login  404    200    200    200    200    200
/practice/stock/add/                            POST login  404    422    422    422    422    422
/practice/stock/lots/                           GET  login  404    404    200    200    200    200
/practice/stock/lots/                           POST login  404    404    405    405    405    405
/practice/stock/lots/file/                      GET  login  404    404    405    405    405    405
/practice/stock/lots/file/                      POST login  404    404    200    200    200    200
/practice/stock/<uuid:uid>/                     GET  login  404    200    200    200    200    200
/practice/stock/<uuid:uid>/                     POST login  404    422    422    422    422    422
/practice/stock/<uuid:uid>/finish/              GET  login  404    405    405    405    405    405
/practice/stock/<uuid:uid>/finish/              POST login  404    303    303    303    303    303
/practice/tools/                                GET  login  404    200    200    200    200    200
/practice/tools/                                POST login  404    405    405    405    405    405
/practice/tools/add/                            GET  login  404    200    200    200    200    200
/practice/tools/add/                            POST login  404    422    422    422    422    422
/practice/tools/clean/                          GET  login  404    405    405    405    405    405
/practice/tools/clean/                          POST login  404    303    303    303    303    303
/practice/tools/<uuid:uid>/                     GET  login  404    200    200    200    200    200
/practice/tools/<uuid:uid>/                     POST login  404    405    405    405    405    405
/practice/tools/<uuid:uid>/retire/              GET  login  404    405    405    405    405    405
/practice/tools/<uuid:uid>/retire/              POST login  404    303    303    303    303    303

# A client's photos and documents, for whoever treats them. The link to a file is the practitioner's
/practice/clients/<uuid:uid>/plan/              GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/plan/              POST login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/plan/new/          GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/plan/new/          POST login  404    404    422    404    404    404
/practice/clients/<uuid:uid>/plan/<uuid:plan>/  GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/plan/<uuid:plan>/  POST login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/plan/<uuid:plan>/aims/ GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/plan/<uuid:plan>/aims/ POST login  404    404    303    404    404    404
/practice/clients/<uuid:uid>/plan/<uuid:plan>/progress/ GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/plan/<uuid:plan>/progress/ POST login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/plan/<uuid:plan>/report/ GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/plan/<uuid:plan>/report/ POST login  404    404    303    404    404    404
/practice/clients/<uuid:uid>/plan/<uuid:plan>/report/pdf/ GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/plan/<uuid:plan>/report/pdf/ POST login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/plan/<uuid:plan>/<slug:name>/ GET  login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/plan/<uuid:plan>/<slug:name>/ POST login  404    404    303    404    404    404
/practice/plans/                                GET  login  404    404    200    200    200    200
/practice/plans/                                POST login  404    404    405    405    405    405
/practice/plans/add/                            GET  login  404    404    200    200    200    200
/practice/plans/add/                            POST login  404    404    422    422    422    422
/practice/plans/<uuid:uid>/                     GET  login  404    404    200    200    200    200
/practice/plans/<uuid:uid>/                     POST login  404    404    422    422    422    422
/practice/clients/<uuid:uid>/photos/            GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/photos/            POST login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/photos/add/        GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/photos/add/        POST login  404    404    422    404    404    404
/practice/clients/<uuid:uid>/photos/compare/    GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/photos/compare/    POST login  404    404    405    405    405    405
/practice/clients/<uuid:uid>/documents/         GET  login  404    404    200    404    404    404
/practice/clients/<uuid:uid>/documents/         POST login  404    404    422    404    404    404
/practice/photos/<uuid:uid>/withdraw/           GET  login  404    404    405    405    405    405
/practice/photos/<uuid:uid>/withdraw/           POST login  404    404    303    404    404    404
/practice/photos/<uuid:uid>/release/            GET  login  404    404    405    405    405    405
/practice/photos/<uuid:uid>/release/            POST login  404    404    303    404    404    404
/practice/photos/<uuid:uid>/correct/            GET  login  404    404    200    404    404    404
/practice/photos/<uuid:uid>/correct/            POST login  404    404    422    404    404    404
/practice/documents/<uuid:uid>/release/         GET  login  404    404    405    405    405    405
/practice/documents/<uuid:uid>/release/         POST login  404    404    303    404    404    404
/practice/documents/<uuid:uid>/withdraw/        GET  login  404    404    405    405    405    405
/practice/documents/<uuid:uid>/withdraw/        POST login  404    404    303    404    404    404
/practice/files/<str:signed>/                   GET  login  404    404    200    404    404    404
/practice/files/<str:signed>/                   POST login  404    404    405    405    405    405
# The safety rules: for those who treat, owners among them
/practice/rules/                                GET  login  404    404    200    200    404    404
/practice/rules/                                POST login  404    404    405    405    404    404
/practice/rules/draft/                          GET  login  404    404    200    200    404    404
/practice/rules/draft/                          POST login  404    404    409    409    404    404
/practice/rules/draft/discard/                  GET  login  404    404    405    405    404    404
/practice/rules/draft/discard/                  POST login  404    404    409    409    404    404
/practice/rules/preview/                        GET  login  404    404    200    200    404    404
/practice/rules/preview/                        POST login  404    404    405    405    404    404
/practice/rules/coming/                         GET  login  404    404    200    200    404    404
/practice/rules/coming/                         POST login  404    404    405    405    404    404
/practice/rules/history/                        GET  login  404    404    200    200    404    404
/practice/rules/history/                        POST login  404    404    405    405    404    404
/practice/rules/rule/<slug:code>/               GET  login  404    404    200    200    404    404
/practice/rules/rule/<slug:code>/               POST login  404    404    422    422    404    404
/practice/rules/rule/<slug:code>/back/          GET  login  404    404    405    405    404    404
/practice/rules/rule/<slug:code>/back/          POST login  404    404    303    303    404    404

# The points and the sets of points: whoever treats somebody, the owner included
/practice/points/                               GET  login  404    404    200    200    404    404
/practice/points/                               POST login  404    404    405    405    404    404
/practice/points/point/<slug:code>/             GET  login  404    404    200    200    404    404
/practice/points/point/<slug:code>/             POST login  404    404    422    422    404    404
/practice/points/sets/new/                      GET  login  404    404    200    200    404    404
/practice/points/sets/new/                      POST login  404    404    303    303    404    404
/practice/points/sets/<uuid:uid>/               GET  login  404    404    200    200    404    404
/practice/points/sets/<uuid:uid>/               POST login  404    404    422    422    404    404

# The questions of a booking the desk made: whoever has the link
/answers/<str:token>/                           GET  200    200    200    200    200    200    200
/answers/<str:token>/                           POST 200    200    200    200    200    200    200

# The owner's settings
/settings/                                      GET  login  404    404    404    404    302    302
/settings/                                      POST login  404    404    404    404    405    405
/settings/start/                                GET  login  404    404    404    404    200    200
/settings/start/                                POST login  404    404    404    404    405    405
/settings/start/test-message/                   GET  login  404    404    404    404    405    405
/settings/start/test-message/                   POST login  404    404    404    404    303    303
/settings/clinic/                               GET  login  404    404    404    404    200    200
/settings/clinic/                               POST login  404    404    404    404    422    422
/settings/look/                                 GET  login  404    404    404    404    200    200
/settings/look/                                 POST login  404    404    404    404    303    303
/settings/wording/                              GET  login  404    404    404    404    200    200
/settings/wording/                              POST login  404    404    404    404    405    405
/settings/wording/<slug:kind>/<slug:language>/  GET  login  404    404    404    404    200    200
/settings/wording/<slug:kind>/<slug:language>/  POST login  404    404    404    404    303    303
/settings/wording/<slug:kind>/<slug:language>/preview/ GET  login  404    404    404    404    200    200
/settings/wording/<slug:kind>/<slug:language>/preview/ POST login  404    404    404    404    422    422
/settings/places/                               GET  login  404    404    404    404    200    200
/settings/places/                               POST login  404    404    404    404    405    405
/settings/places/add/                           GET  login  404    404    404    404    200    200
/settings/places/add/                           POST login  404    404    404    404    422    422
/settings/places/<uuid:uid>/                    GET  login  404    404    404    404    200    200
/settings/places/<uuid:uid>/                    POST login  404    404    404    404    422    422
/settings/places/<uuid:uid>/rooms/add/          GET  login  404    404    404    404    200    200
/settings/places/<uuid:uid>/rooms/add/          POST login  404    404    404    404    303    303
/settings/rooms/<uuid:uid>/                     GET  login  404    404    404    404    200    200
/settings/rooms/<uuid:uid>/                     POST login  404    404    404    404    422    422
/settings/people/                               GET  login  404    404    404    404    200    200
/settings/people/                               POST login  404    404    404    404    405    405
/settings/people/add/                           GET  login  404    404    404    404    200    200
/settings/people/add/                           POST login  404    404    404    404    422    422
/settings/people/<uuid:uid>/                    GET  login  404    404    404    404    200    200
/settings/people/<uuid:uid>/                    POST login  404    404    404    404    422    422
/settings/people/<uuid:uid>/password/           GET  login  404    404    404    404    200    200
/settings/people/<uuid:uid>/password/           POST login  404    404    404    404    303    303
/settings/practitioners/add/                    GET  login  404    404    404    404    200    200
/settings/practitioners/add/                    POST login  404    404    404    404    422    422
/settings/practitioners/<uuid:uid>/             GET  login  404    404    404    404    200    200
/settings/practitioners/<uuid:uid>/             POST login  404    404    404    404    422    422
/settings/hours/                                GET  login  404    404    404    404    200    200
/settings/hours/                                POST login  404    404    404    404    405    405
/settings/hours/<uuid:uid>/                     GET  login  404    404    404    404    200    200
/settings/hours/<uuid:uid>/                     POST login  404    404    404    404    422    422
/settings/away/                                 GET  login  404    404    404    404    200    200
/settings/away/                                 POST login  404    404    404    404    405    405
/settings/away/time-off/add/                    GET  login  404    404    404    404    200    200
/settings/away/time-off/add/                    POST login  404    404    404    404    422    422
/settings/away/time-off/<uuid:uid>/end/         GET  login  404    404    404    404    405    405
/settings/away/time-off/<uuid:uid>/end/         POST login  404    404    404    404    303    303
/settings/away/closures/add/                    GET  login  404    404    404    404    200    200
/settings/away/closures/add/                    POST login  404    404    404    404    422    422
/settings/away/closures/<uuid:uid>/end/         GET  login  404    404    404    404    405    405
/settings/away/closures/<uuid:uid>/end/         POST login  404    404    404    404    303    303
/settings/clients/                              GET  login  404    404    404    404    200    200
/settings/clients/                              POST login  404    404    404    404    422    422
/settings/clients/export/                       GET  login  404    404    404    404    405    405
/settings/clients/export/                       POST login  404    404    404    404    200    200
/settings/clients/import/<uuid:uid>/            GET  login  404    404    404    404    200    200
/settings/clients/import/<uuid:uid>/            POST login  404    404    404    404    422    422
/settings/clients/import/<uuid:uid>/start/      GET  login  404    404    404    404    405    405
/settings/clients/import/<uuid:uid>/start/      POST login  404    404    404    404    303    303
/settings/messages/                             GET  login  404    404    404    404    200    200
/settings/messages/                             POST login  404    404    404    404    405    405
/settings/messages/numbers/                     GET  login  404    404    404    404    200    200
/settings/messages/numbers/                     POST login  404    404    404    404    405    405
/settings/messages/<uuid:uid>/                  GET  login  404    404    404    404    200    200
/settings/messages/<uuid:uid>/                  POST login  404    404    404    404    422    422
/settings/keeping/                              GET  login  404    404    404    404    200    200
/settings/keeping/                              POST login  404    404    404    404    422    422
/settings/keeping/<uuid:uid>/                   GET  login  404    404    404    404    200    200
/settings/keeping/<uuid:uid>/                   POST login  404    404    404    404    405    405
/settings/keeping/<uuid:uid>/<slug:step>/       GET  login  404    404    404    404    405    405
/settings/keeping/<uuid:uid>/<slug:step>/       POST login  404    404    404    404    303    303
/settings/openings/                             GET  login  404    404    404    404    200    200
/settings/openings/                             POST login  404    404    404    404    405    405
/settings/treatments/                           GET  login  404    404    404    404    200    200
/settings/treatments/                           POST login  404    404    404    404    405    405
/settings/treatments/add/                       GET  login  404    404    404    404    200    200
/settings/treatments/add/                       POST login  404    404    404    404    422    422
/settings/treatments/minutes/                   GET  login  404    404    404    404    405    405
/settings/treatments/minutes/                   POST login  404    404    404    404    200    200
/settings/treatments/<uuid:uid>/                GET  login  404    404    404    404    200    200
/settings/treatments/<uuid:uid>/                POST login  404    404    404    404    422    422

# Django's admin. Its own login leads to ours, or for those within nowhere
/admin/                                         GET  302    302    302    302    302    302    200
/admin/                                         POST 302    302    302    302    302    302    200
/admin/*                                        GET  302    302    302    302    302    302    200
/admin/*                                        POST 302    302    302    302    302    302    200

# For machines. Nothing plans work in a test, so the clinic isn't ready
/healthz                                        GET  200    200    200    200    200    200    200
/healthz                                        POST 405    405    405    405    405    405    405
/metrics                                        GET  404    404    404    404    404    404    404
/metrics                                        POST 405    405    405    405    405    405    405
/readyz                                         GET  503    503    503    503    503    503    503
/readyz                                         POST 405    405    405    405    405    405    405
/robots.txt                                     GET  200    200    200    200    200    200    200
/robots.txt                                     POST 405    405    405    405    405    405    405
/favicon.ico                                    GET  301    301    301    301    301    301    301
/favicon.ico                                    POST 405    405    405    405    405    405    405
/static/*                                       GET  200    200    200    200    200    200    200
/static/*                                       POST 405    405    405    405    405    405    405
"""


def cells() -> dict[tuple[str, str, str], str]:
    """Return the outcome of each (address, method, actor). Raises ValueError for a row said twice,
    or with a cell too few or too many."""
    found: dict[tuple[str, str, str], str] = {}
    for line in TABLE.splitlines()[2:]:
        if not line or line.startswith("#"):
            continue
        route, method, *said = line.split()
        if (route, method, ACTORS[0]) in found:
            raise ValueError(f"{method} {route} is said twice")
        found |= {(route, method, who): each for who, each in zip(ACTORS, said, strict=True)}
    return found
