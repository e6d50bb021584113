"""The only door to the log: writer, reader, counts, tail.

One table now; ids grow with time, so that day tables can follow without a change outside here.
"""
