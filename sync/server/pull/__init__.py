"""Takes FHIR R4 from a live server into the clinic's database: the same import as from files, page by page.

Read in this order: `address` (what may be asked), `peer` (one polite request), `smart` (a token for it), `offer` (what
the server has), `pages` (a walk along its pages), `intake` (a page goes in), `company` and `gather` (what a page refers
to), `marks` (how far it came), `walk` (one run), `command`.
"""
