"""Makes the models that Pincite ships; never imported by Pincite itself."""
