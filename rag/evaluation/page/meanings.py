"""What each measure means, in a line."""

from __future__ import annotations

_MEANINGS = {
    "quote_exactness": "citations that read exactly as the document does",
    "mrr": "one over the place of the first passage with evidence",
    "evidence_recall": "answerable cases whose citations cover half of the evidence",
    "citation_precision": "citations that overlap the evidence",
    "answer_match": "cases with a known answer where it stands in the answer given",
    "answer_f1": "words shared by the short answer and the known one",
    "abstention_precision": "refusals that were right",
    "abstention_recall": "unanswerable cases that were refused",
    "abstention_f1": "harmonic mean of abstention precision and recall",
    "answer_rate": "answerable cases that were answered",
}
_RECALL = "retrieval_recall@"


def meaning_of(measure: str) -> str:
    """Return a line on a measure, empty for one that is not known."""
    if measure.startswith(_RECALL):
        k = measure.removeprefix(_RECALL)
        return f"evidence within the first {'passage' if k == '1' else f'{k} passages'}"
    return _MEANINGS.get(measure, "")
