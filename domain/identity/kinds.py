"""Kinds of identifier, and what they are good for."""

#: In the order in which they say who somebody is; the first one present is who did it.
BY_AUTHORITY = ("account", "loyalty", "email", "phone", "device", "anonymous", "session")
#: In the order in which a session is kept by them: the browser or app first, then a token of the session.
BY_SESSION = ("anonymous", "device", "session", "loyalty", "account", "email", "phone")
#: Those that stand for a thing and not for a person.
CARRIERS = frozenset({"device", "anonymous", "session"})
