"""Where the reader's threshold of refusing is placed."""

import numpy as np
import pytest

from training.reader.calibrate import Outcomes, handled_rightly, threshold_of


def judged(answers: list[float], *, right: list[bool], has: list[bool]) -> Outcomes:
    own = np.array(answers)
    return Outcomes(own, probability=own, right=np.array(right), has=np.array(has))


def test_a_question_is_handled_rightly_by_its_evidence_or_by_refusing() -> None:
    four = judged(
        [0.9, 0.9, 0.9, 0.2], right=[True, False, False, False], has=[True, True, False, False]
    )
    assert handled_rightly(four, 0.5).tolist() == [True, False, False, True]
    assert handled_rightly(four, 0.1).tolist() == [True, False, False, False]


def test_the_lowest_threshold_within_an_error_of_the_best_is_taken() -> None:
    sure = judged([0.9] * 80, right=[True] * 80, has=[True] * 80)
    unsure = judged([0.45] * 2, right=[False] * 2, has=[False] * 2)
    refused = judged([0.21] * 18, right=[False] * 18, has=[False] * 18)
    threshold = threshold_of(_together(sure, unsure, refused))
    # the highest share is 1, which has no error: .98 is too little
    assert threshold.best == threshold.least == pytest.approx(0.46)
    wrong = judged([0.95] * 10, right=[False] * 10, has=[True] * 10)
    threshold = threshold_of(_together(sure, unsure, refused, wrong))
    assert threshold.best == pytest.approx(0.46)
    assert threshold.least == pytest.approx(0.22)
    assert threshold.share == pytest.approx(100 / 110)
    assert threshold.error == pytest.approx((100 / 110 * 10 / 110 / 110) ** 0.5)


def _together(*parts: Outcomes) -> Outcomes:
    return Outcomes(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("answers", "probability", "right", "has")
        )
    )
