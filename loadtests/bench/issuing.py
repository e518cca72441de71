"""Issue the files of one window in a process of its own and say in JSON what it took: `python -m loadtests.bench.issuing WINDOW`."""

import asyncio
import json
import os
import sys
import time
from typing import Any

from loadtests.bench.cpu import peak_memory_bytes
from switch.bootstrap.opening import opened_switch
from switch.settings import load_settings


async def issue(window_id: str) -> dict[str, Any]:
    async with opened_switch(load_settings()) as switch:
        began = time.monotonic()
        files = await switch.issue_files(window_id)
        seconds = time.monotonic() - began
    return {
        "seconds": seconds,
        "files": len(files),
        "lines": sum(file.totals.lines for file in files),
        "bytes": sum(file.size for file in files),
        "peak_bytes": peak_memory_bytes(os.getpid()),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(issue(sys.argv[1]))))
