"""Batches: many files, read ahead, tagged in order, and written so that nothing is lost."""
