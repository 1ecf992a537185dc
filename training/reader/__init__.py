"""The reader: a cross-encoder that says which sentences answer, which words, or none."""
