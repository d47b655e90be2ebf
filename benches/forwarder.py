"""The forwarder of packets between two TUN devices: a link with a delay, a rate and a queue."""

import collections
import fcntl
import os
import select
import struct
import time

# From linux/if_tun.h: one packet in each read and write, with nothing in front of it.
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000

LARGEST_PACKET = 65536
# Timers are not more exact, and packets that come together are cheaper.
STEP_SECONDS = 0.0005


def open_device():
    """A new TUN device: the descriptor that has its packets, and its name."""
    device = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    request = struct.pack('16sH22x', b'fsbench%d', IFF_TUN | IFF_NO_PI)
    name = fcntl.ioctl(device, TUNSETIFF, request)[:16].rstrip(b'\0').decode()
    return device, name


class Direction:
    """What is on its way from one device to the other."""

    def __init__(self, source, target, delay, rate, queue):
        self._source, self._target = source, target
        self._delay, self._rate, self._queue = delay, rate, queue
        self._packets = collections.deque()
        # When the packets that were taken are all sent.
        self._free = 0.0

    def take(self, now):
        """Takes the packets that have come. Those that the queue has no place for are lost."""
        free = max(self._free, now)
        latest = now + self._queue / self._rate
        try:
            while True:
                packet = os.read(self._source, LARGEST_PACKET)
                if free < latest:
                    free += len(packet) / self._rate
                    self._packets.append((free + self._delay, packet))
        except BlockingIOError:
            self._free = free

    def give(self, now):
        """Hands over the packets whose time has come. Returns whether others are left."""
        packets, target = self._packets, self._target
        while packets and packets[0][0] <= now:
            try:
                os.write(target, packets.popleft()[1])
            except OSError:
                # One that is not up yet, or not any more, loses what is meant for it.
                pass
        return bool(packets)


def forward(one, other, delay, rate, queue):
    """Carries the packets of two devices to each other, until the process ends."""
    directions = [Direction(one, other, delay, rate, queue), Direction(other, one, delay, rate, queue)]
    while True:
        now = time.monotonic()
        for direction in directions:
            direction.take(now)
        if any([direction.give(now) for direction in directions]):
            time.sleep(STEP_SECONDS)
        else:
            select.select([one, other], [], [])
