"""A stateful model of the sync: real flow, real encrypted stores, real clinic; only the network is played.

`machine` says what may happen, `invariants/` what must hold after every step, `truth` who wrote what having seen what.
"""
