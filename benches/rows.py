"""The rows: what is measured, against whom, and what is wanted."""

import bench as harness
from bench import GIB, KIB, MIB
from page import Figure, Section


def size_name(size):
    return f'{size // GIB} GiB' if size >= GIB else f'{size // MIB} MiB' if size >= MIB else f'{size // KIB} KiB'


def usage_text(usages):
    wall, cpu, memory = harness.medians(usages)
    return f'{wall:.2f} s, CPU {cpu:.2f} s, {memory / MIB:.0f} MiB'


def upload(bench):
    """One large file over TLS."""
    path = bench.file(bench.large)
    mine, section = 'libfilestack', Section(f'Upload of {size_name(bench.large)} over TLS')
    runs = {mine: lambda: bench.measure(bench.program('upload', 'path', path))}
    if harness.command_version('curl'):
        runs['curl -T'] = lambda: bench.measure(curl(bench, '-T', path, f'{bench.service.secure}/put'))
    else:
        section.missing('curl')
    python = harness.OfficialPython()
    runs[python.title] = lambda: python.upload(bench, path)
    usages = bench.compare(runs)
    limits = {'curl -T': (1.0, 1.1, None), python.title: (None, 0.35, None)}
    section.compared(mine, usages, limits)
    return section


def curl(bench, *arguments):
    """The command; with a certificate, a version and an answer as libfilestack has them."""
    return ['curl', '--silent', '--show-error', '--fail', '--http1.1', '--cacert', bench.service.ca,
            '--output', '/dev/null', *arguments]


ROWS = {'upload': upload}
