"""The nouns everything else speaks of. Pure: imports nothing of ours, reads nothing, writes nothing."""
