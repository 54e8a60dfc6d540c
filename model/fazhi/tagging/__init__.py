"""Tagging: text to spans, by the encoder and the head of a saved model."""
