"""A distant service: a relay that holds what passes through it, in either direction."""

import asyncio
import collections
import multiprocessing

# What it takes there and back, and what passes in a second.
ROUND_TRIP_MS = 40
RATE = 50_000_000

PIECE = 64 * 1024
# What is on its way at most: twice what fits into the link, as the queues of routers do.
MOST_HELD = int(RATE * ROUND_TRIP_MS / 1000 * 2)


class Wire:
    """One direction of the link: all connections share its rate."""

    def __init__(self):
        self._free = 0.0

    def arrival(self, now, size):
        """When bytes that are given now come out at the other end."""
        self._free = max(self._free, now) + size / RATE
        return self._free + ROUND_TRIP_MS / 2000


async def carry(reader, writer, wire):
    """Takes what comes on one side, and lets it out on the other when its time has come."""
    loop = asyncio.get_running_loop()
    on_the_way, held, changed = collections.deque(), 0, asyncio.Condition()

    async def deliver():
        nonlocal held
        while True:
            async with changed:
                await changed.wait_for(lambda: on_the_way)
                due, piece = on_the_way.popleft()
            await asyncio.sleep(due - loop.time())
            if not piece:
                return writer.close()
            writer.write(piece)
            await writer.drain()
            async with changed:
                held -= len(piece)
                changed.notify_all()

    delivery = asyncio.create_task(deliver())
    try:
        while not delivery.done():
            piece = await reader.read(PIECE)
            async with changed:
                await changed.wait_for(lambda: held < MOST_HELD)
                on_the_way.append((wire.arrival(loop.time(), len(piece)), piece))
                held += len(piece)
                changed.notify_all()
            if not piece:
                break
        await delivery
    except OSError:
        # An end that goes away takes the connection with it.
        writer.close()


async def relay(port, ready):
    there, back = Wire(), Wire()

    async def connected(reader, writer):
        # The connection itself takes a round trip, too.
        await asyncio.sleep(ROUND_TRIP_MS / 1000)
        far_reader, far_writer = await asyncio.open_connection('127.0.0.1', port)
        await asyncio.gather(carry(reader, far_writer, there), carry(far_reader, writer, back), return_exceptions=True)

    server = await asyncio.start_server(connected, '127.0.0.1', 0)
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


Far = collections.namedtuple('Far', 'secure ca')


class Link:
    """The way to a service through the relay, while it is open."""

    # What the commands of clients begin with.
    inside = []
    description = (f'The link is a relay of TCP connections on this machine: it holds each piece for '
                   f'{ROUND_TRIP_MS // 2} ms in either direction, a new connection for {ROUND_TRIP_MS} ms, and lets '
                   f'{RATE // 1_000_000} MB/s pass. It says nothing about losses and TCP windows.')

    def __init__(self, service):
        self._near = service

    def __enter__(self):
        context = multiprocessing.get_context('spawn')
        ready, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(self._near.port, sender), daemon=True)
        self._process.start()
        self.service = Far(f'https://127.0.0.1:{ready.recv()}', self._near.ca)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.join()


def _run(port, ready):
    asyncio.run(relay(port, ready))
