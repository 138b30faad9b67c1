"""Erases persons: what is theirs leaves the warehouse, and anonymous rows stay where they counted.

- `listed` reads the list: e-mail addresses, or a system and an id.
- `secret` is the key of the keyed hashes by which an erased person is known again; it is kept in a
  file outside the warehouse.
- `find` finds the persons: all records, addresses and billing customers that are theirs.
- `rows` collects their landed rows, and makes the anonymous ones that stay.
- `remember` writes both into the schema history, and rewrites the ids in its other tables.
- `copies` clears what is kept beside the warehouse: messages, earlier publications.
- `command` is the verb.

Example: Ann (ann@acme.com) is the Salesforce contact 003A and the HubSpot contact 77. Both records
get a random id, such as erased-5b1f0c2a9d3e4f60; her claims, touches and tickets are kept with that
id, without addresses and texts, in history.erased_rows; the hashes of her address and of both ids
are kept in history.erased_identifiers. From the next build on, the macro erased_apart puts her
landed rows, and any that come again, into quarantine with the reason `erased`, and adds the
anonymous ones in their place: what she counted for in closed periods stays.
"""
