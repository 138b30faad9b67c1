"""What agents may ask: the published KPIs, by a server of the Model Context Protocol.

`questions` answers from the published database, one function for each question; `server` offers
these functions as tools. There is no other way in: no SQL, no table by name, nothing about a person
beyond why a record is no lead. A question that has no answer is refused with the reason.
"""
