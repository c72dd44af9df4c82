"""Places: countries and their regions, cities where students study, names of zones, and whom to dial in need.

Tables that ship with the program, read on first use. The importer, enrolment, planning and every message that
names a place or an emergency number ask here.
"""
