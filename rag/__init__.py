"""Pincite: answers whose every citation is a real quotation at an exact place."""
