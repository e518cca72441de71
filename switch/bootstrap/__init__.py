"""Bootstrap: settings, database and adapters become one Switch; the only package that knows both sides.

Nothing is imported here: a command that needs one file of it does not wait for the others, which bring all of the switch along.
"""
