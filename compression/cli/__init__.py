"""The command line: the engine on local files, folders and pipes.

It needs neither a database nor a running platform. `dynacomp VERB …` and `python manage.py VERB …` are the same.
"""
