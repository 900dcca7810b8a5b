"""A demo stream: five operations' totals, in sentences of our own, seeded. Pure: the clock is an argument.

sentences.py → plan.py (who writes where, when, about what) → bursts.py (planted themes) → wording.py → writing.py (posts)
growth.py (followers), ledger.py (passes and blind hours), history.py (all of it), live.py (what comes after)
"""
