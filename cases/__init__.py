"""Somebody must answer: what a citizen asked for, followed until a person has been answered."""
