"""SMART Health Cards: out of what somebody brings, to what is inside and whether its signature is right.

`texts` finds the cards in a file or in pasted text, `numeric` turns a card into the digits of its codes and back,
`card` opens one, `holder` says whose it is, `verdict` whether it counts, `issuers` reads the keys of those who sign.
Everything here is pure: the time is an argument, and nothing is ever fetched. What is wrong with a card is a value
(`Refused`), never an exception.

**2026-12-01.** The keys are data that the clinic passes on. Asking an issuer's address at the moment of checking would
need a network, and would tell the issuer who looked at a card and when. So a key that is missing here is told as such;
it is not a mark against the card.
"""
