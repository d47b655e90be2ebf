"""A distant service: a network of two namespaces, with a forwarder of packets in between."""

import contextlib
import multiprocessing
import os
import pathlib
import shutil
import subprocess

import forwarder
from bench import FOLDER, Service, run_tool
from link import MOST_HELD, RATE, ROUND_TRIP_MS

# For measurements of networks, says RFC 2544: nobody is reached by them.
CLIENT, SERVICE = '198.18.0.1', '198.18.0.2'

# As large as packets are on the way to a real service, and how much of one is content.
PACKET_SIZE, CONTENT_SIZE = 1500, 1448
# A burst must be lost in the forwarder's queue, and not in that of the device.
DEVICE_PACKETS = 10_000

CONGESTION_CONTROL = pathlib.Path('/proc/sys/net/ipv4/tcp_congestion_control')


class Network:
    """The service with a network in front of it, while it is open."""

    @staticmethod
    def missing():
        """Why there can be none on this machine; None when there can."""
        if os.geteuid() != 0 or not shutil.which('ip'):
            return 'that takes root and `ip`'
        name = _namespace('trial')
        if subprocess.run(['ip', 'netns', 'add', name], capture_output=True).returncode != 0:
            return '`ip netns add` is refused'
        run_tool('ip', 'netns', 'delete', name)
        try:
            os.close(forwarder.open_device()[0])
        except OSError as error:
            return f'/dev/net/tun: {error.strerror}'
        return None

    def __init__(self):
        congestion = CONGESTION_CONTROL.read_text().strip()
        self.description = (
            f'The link is a network on this machine: client and service are in namespaces of their own, and a process '
            f'forwards their packets of up to {PACKET_SIZE} bytes. It holds each for {ROUND_TRIP_MS // 2} ms in either '
            f'direction, lets {RATE // 1_000_000} MB/s pass, and has a queue of {MOST_HELD // 1_000_000} MB; what '
            f'finds no place there is lost. The heads of packets count, so that content is at most '
            f'{CONTENT_SIZE / PACKET_SIZE:.2f} of the rate. The congestion control is {congestion}.')

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            near, far = (self._add(stack, _namespace(side)) for side in ('client', 'service'))
            devices = self._forward(stack)
            for namespace, device, address in zip((near, far), devices, (CLIENT, SERVICE)):
                run_tool('ip', 'link', 'set', device, 'netns', namespace)
                run_tool('ip', '-netns', namespace, 'address', 'add', f'{address}/24', 'dev', device)
                run_tool('ip', '-netns', namespace, 'link', 'set', device,
                         'mtu', PACKET_SIZE, 'txqueuelen', DEVICE_PACKETS, 'up')
            folder = FOLDER / 'distant'
            folder.mkdir(exist_ok=True)
            self.service = Service(SERVICE, folder, _inside(far))
            stack.callback(self.service.stop)
            self.inside = _inside(near)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _add(self, stack, namespace):
        run_tool('ip', 'netns', 'add', namespace)
        stack.callback(run_tool, 'ip', 'netns', 'delete', namespace)
        return namespace

    def _forward(self, stack):
        """Starts the forwarder, and returns the names of its devices. They go away with it."""
        context = multiprocessing.get_context('spawn')
        ready, sender = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(sender,), daemon=True)
        process.start()
        stack.callback(process.join)
        stack.callback(process.terminate)
        # Without the other end here, one that fails is an error and not a run without an end.
        sender.close()
        return ready.recv()


def _namespace(side):
    return f'filestack-bench-{side}-{os.getpid()}'


def _inside(namespace):
    """What a command begins with that runs there."""
    return ['ip', 'netns', 'exec', namespace]


def _run(ready):
    (near, near_name), (far, far_name) = forwarder.open_device(), forwarder.open_device()
    ready.send((near_name, far_name))
    forwarder.forward(near, far, ROUND_TRIP_MS / 2000, RATE, MOST_HELD)
