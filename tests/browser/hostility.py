"""Words that would like to be more than text."""

from __future__ import annotations

HOSTILE = (
    "<script>window.harmed = 1</script> "
    "<img src=http://evil.example/a.png onerror=window.harmed=2> "
    "![picture](http://evil.example/b.png) [link](javascript:window.harmed=3) "
    "<b>bold</b> http://evil.example \u202egnp.c"
)
MONSTER = "m" * 1_000_000
