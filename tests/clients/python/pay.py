#!/usr/bin/python3
"""A paying consumer on Debian's grpcio. What a job may hold and what is printed: ../README.md."""

import json
import sys
import threading

from jobs import JobError, run_job

printing = threading.Lock()


def out(line):
    with printing:
        print(json.dumps(line, ensure_ascii=False), flush=True)


def main():
    texts = sys.argv[1:] or (line for line in sys.stdin if line.strip())
    try:
        for text in texts:
            try:
                job = json.loads(text)
            except ValueError as error:
                raise JobError(f"not JSON: {error}") from error
            run_job(job, out)
    except JobError as error:
        print(f"pay: {error}", file=sys.stderr)
        return 64
    return 0


sys.exit(main())
