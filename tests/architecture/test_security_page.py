"""The page of threats is true: every test that it names is there, and its limits are those of the code."""

import re

from switch.api.connections import HEAD_BYTES, HEAD_SECONDS
from switch.api.exchange import BODY_BYTES, BODY_SECONDS, LARGE_BODIES_BYTES, LARGER_BODIES
from switch.domain.limits import GENERAL, Limited
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_threat_is_tried_in_a_test_that_there_is() -> None:
    threats = [line for line in PAGE.partition("## Threats")[2].partition("## Limits")[0].splitlines() if line.startswith("| ")][1:]
    assert len(threats) > 20
    for line in threats:
        named = re.findall(r"`(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)`", line)
        assert named, f"no test: {line[:80]}"
        for path, name in named:
            source = (ROOT / path).read_text(encoding="utf-8")
            assert re.search(rf"^(?:async )?def {name}\(", source, re.MULTILINE), f"{path} has no {name}"


def test_its_limits_are_those_of_the_code() -> None:
    told = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", PAGE.partition("## Limits")[2].partition("## Mutual")[0], re.MULTILINE))
    for path, most in LARGER_BODIES.items():
        assert told[f"a body of `{path}`"] == f"{most >> 20} MiB"
    assert told["a head"] == f"{HEAD_BYTES >> 10} KiB, {HEAD_SECONDS} s"
    assert told["a body"] == f"{BODY_BYTES >> 10} KiB, {BODY_SECONDS} s"
    assert told["all large bodies under way in one process"] == f"{LARGE_BODIES_BYTES >> 20} MiB"
    assert told["requests of a participant at once"] == str(GENERAL[Limited.AT_ONCE].burst)
    kinds = {
        "payments of a participant, a second": Limited.PAYMENT,
        "inquiries": Limited.INQUIRY,
        "status calls": Limited.STATUS,
        "batches": Limited.BATCH,
        "uploads": Limited.UPLOAD,
        "other calls": Limited.OTHER,
    }
    for words, kind in kinds.items():
        assert told[words] == str(GENERAL[kind].per_second)
