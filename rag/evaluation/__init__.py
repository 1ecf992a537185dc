"""Evaluation sets: cases, gold evidence, measures, the runner, reports and the pytest plugin.

Nothing is imported here, so that the pytest plugin costs nothing where no set is collected.
"""

TOLERANCE = 0.02
"""How much worse a measure may be than in another report before a significant loss counts."""
