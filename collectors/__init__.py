"""A platform's answers become posts. One module a platform: `ask` (a generator that asks) and pure functions that translate."""
