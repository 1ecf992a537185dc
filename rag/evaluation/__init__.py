"""Evaluation sets: cases, gold evidence, measures, the runner, reports and the pytest plugin.

Nothing is imported here, so that the pytest plugin costs nothing where no set is collected.
"""
