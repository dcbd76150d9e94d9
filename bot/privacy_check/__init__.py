"""`denyut privacy-check`: tries to find out who answered what in closed rounds, with everything that lies on this host.

A core room above domain and storage; the readings are `storage.attacks` and `storage.remains`, their judgement is here.
"""
