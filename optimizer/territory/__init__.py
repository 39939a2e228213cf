"""Assign areas to reps: contiguous, balanced, close to the reps' homes."""
