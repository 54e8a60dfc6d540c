"""Training for fazhi: annotated reports in, a saved model and its scores out."""
