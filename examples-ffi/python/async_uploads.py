"""Uploads any number of files at the same time, and tells how far they are. Ctrl-C cancels them all.

    FILESTACK_API_KEY=... FILESTACK_APP_SECRET=... python3 async_uploads.py *.jpg

With filestack-local, which needs no account: filestack-local --secret demo-secret -- python3 async_uploads.py *.jpg
"""
import asyncio
import sys

from filestack import Error
from filestack_async import DONE, AsyncClient
from quickstart import make_client


def report(operations):
    """Writes how far all of them are together."""
    steps = [operation.progress() for operation in operations]
    done, total = sum(step.bytes_done for step in steps), sum(step.bytes_total for step in steps)
    print(f"\r{sum(step.state == DONE for step in steps)} of {len(steps)} files, {done:,} of {total:,} bytes",
          end="", file=sys.stderr, flush=True)


async def report_often(operations):
    while True:
        report(operations)
        await asyncio.sleep(0.1)


async def main(paths):
    client = make_client(AsyncClient)
    # All are started here. The library takes as many at a time as are good for it.
    uploads = [client.upload(path) for path in paths]
    reporting = asyncio.create_task(report_often(uploads))
    try:
        # Cancelled, as Ctrl-C does it, this cancels the uploads, and waits until they have ended.
        results = await asyncio.gather(*uploads, return_exceptions=True)
    finally:
        reporting.cancel()
        report(uploads)
        print(file=sys.stderr)
    for path, result in zip(paths, results):
        print(f"{path}: {result if isinstance(result, Error) else result.url}")
    return sum(isinstance(result, Error) for result in results)


if __name__ == "__main__":
    try:
        sys.exit(1 if asyncio.run(main(sys.argv[1:] or ["picture.png"])) else 0)
    except KeyboardInterrupt:
        sys.exit("cancelled")
