"""Trains the claim checker: does a text support a sentence that was written about it?"""
