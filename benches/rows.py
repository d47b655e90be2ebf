"""The rows: what is measured, against whom, and what is wanted."""

import functools
import itertools
import statistics

import bench as harness
from bench import GIB, KIB, MIB
from link import RATE, ROUND_TRIP_MS, Link
from network import Network
from page import Section

MINE = 'libfilestack'

# What an upload takes at most, beside `curl -T`: wall, CPU and memory.
BESIDE_CURL = (1.0, 1.1, None)
# The same beside the official SDKs, by their languages.
BESIDE_SDK = {'Python': (None, 0.35, None)}
# What takes longer when a call is cancelled is a stall.
MOST_MS = 100
# Calls that the service lets wait, and moments of an upload that goes on, in milliseconds.
STALLS = ('start', 'upload', 'part', 'complete')
STALL_MOMENTS = (50, 300)
MOVING_MOMENTS = (1, 5, 20, 50, 100, 200)
# How long the service takes for a request, and how many are made at a time.
SERVICE_MS = 20
AT_ONCE = 100


def size_name(size):
    return f'{size // GIB} GiB' if size >= GIB else f'{size // MIB} MiB' if size >= MIB else f'{size // KIB} KiB'


def curl(service, *arguments):
    """The command, with the authority and the version of HTTP that libfilestack has here."""
    return ['curl', '--silent', '--show-error', '--fail', '--http1.1', '--cacert', service.ca, *arguments]


def curl_upload(service, path):
    return curl(service, '--output', '/dev/null', '-T', path, f'{service.secure}/put')


def with_curl(section, runs, name, run):
    """Puts curl among those that run, where it is installed."""
    if harness.command_version('curl'):
        runs[name] = run
    else:
        section.note('curl is not installed: left out.')


def official_sdks(section):
    """The official SDKs that can be had here."""
    found = []
    for kind in (harness.OfficialPython, harness.OfficialJavaScript):
        try:
            found.append(kind())
        except Exception as problem:
            section.note(f'The official SDK for {kind.language} is left out: {problem}.')
    return found


def rates_beside(usages, others):
    """How many times as much they did in a second, in each pair. Each prints its rate."""
    return [float(mine.output) / float(other.output) for mine, other in zip(usages, others)]


def upload(bench):
    """One large file over TLS."""
    path = bench.file(bench.large)
    section = Section(f'Upload of {size_name(bench.large)} over TLS')
    runs = {MINE: lambda: bench.measure(bench.program('upload', 'path', path))}
    with_curl(section, runs, 'curl -T', lambda: bench.measure(curl_upload(bench.service, path)))
    limits = {'curl -T': BESIDE_CURL}
    for sdk in official_sdks(section):
        runs[sdk.title] = functools.partial(sdk.upload, bench, path)
        limits[sdk.title] = BESIDE_SDK.get(sdk.language, (None,) * 3)
    section.compared(MINE, bench.compare(runs), limits)
    return section


def avx2(bench):
    """One large file over TLS, on a processor that has less."""
    path = bench.file(bench.large)
    section = Section(f'Upload of {size_name(bench.large)} over TLS, MD5 lanes with AVX2 only')
    if not harness.Avx2.is_another():
        section.note('This processor has no AVX-512: left out, the upload above is without it.')
        return section
    library = harness.Avx2().library
    runs = {MINE: lambda: bench.measure(bench.program('upload', 'path', path), library=library)}
    with_curl(section, runs, 'curl -T', lambda: bench.measure(curl_upload(bench.service, path)))
    section.compared(MINE, bench.compare(runs), {'curl -T': BESIDE_CURL})
    return section


def download(bench):
    """One large file over TLS, to the disk."""
    section = Section(f'Download of {size_name(bench.large)} over TLS')
    path = bench.files / 'downloaded'
    url = f'{bench.service.secure}/{harness.handle(bench.large)}'

    def afresh(command):
        path.unlink(missing_ok=True)
        return bench.measure(command)

    runs = {MINE: lambda: afresh(bench.program('download', bench.large, path))}
    with_curl(section, runs, 'curl', lambda: afresh(curl(bench.service, '--output', path, url)))
    section.compared(MINE, bench.compare(runs), {'curl': (None, 1.2, None)})
    path.unlink(missing_ok=True)
    return section


def small_files(bench):
    """Many small files by several threads through one client."""
    count = 100 if bench.quick else 1000
    section = Section(f'{count} files of 10 KB')
    folder = bench.folder_of(count, 10_000)
    libraries = {MINE: bench.library}
    if bench.base:
        libraries[f'the commit {bench.base.name}'] = bench.base.library
    else:
        section.note('The commit to compare with is not in the history here: left out.')
    for threads in (1, 8, 32):
        command = bench.program('many', 'path', folder, count, threads)
        runs = {name: functools.partial(bench.measure, command, library=library)
                for name, library in libraries.items()}
        usages = bench.compare(runs)
        for name, measured in usages.items():
            rate = statistics.median(float(usage.output) for usage in measured)
            cpu = harness.medians(measured)[1] / count * 1000
            section.tell(f'{threads} threads, {name}', f'{rate:.0f}/s, CPU {cpu:.2f} ms each')
        for name in list(usages)[1:]:
            section.add(f'{threads} threads, rate, {MINE} / {name}',
                        statistics.median(rates_beside(usages[MINE], usages[name])), ' ×', 1.0, at_least=True)
    return section


def scale(bench):
    """Many small files at a service that takes its time: by one thread with a queue, and by many that wait."""
    count = 200 if bench.quick else 2000
    section = Section(f'{count:,} files of 10 KB, {SERVICE_MS} ms for each request, {AT_ONCE} at once')
    folder = bench.folder_of(count, 10_000)
    threads = f'{AT_ONCE} blocking threads'
    with bench.slow_service(SERVICE_MS) as service:
        queued = bench.program('queued', folder, count, AT_ONCE, service=service)
        many = bench.program('many', 'path', folder, count, AT_ONCE, AT_ONCE, service=service)
        runs = {'one thread and a queue': lambda: bench.measure(queued), threads: lambda: bench.measure(many)}
        for sdk in official_sdks(section):
            runs[sdk.title] = functools.partial(sdk.upload, bench, folder, service, AT_ONCE)
        usages = bench.compare(runs)
    for name, measured in usages.items():
        rate = statistics.median(float(usage.output) for usage in measured)
        _, cpu, memory = harness.medians(measured)
        section.tell(name, f'{rate:.0f}/s, CPU {cpu / count * 1000:.2f} ms each, '
                           f'{max(usage.threads for usage in measured)} threads, {memory / MIB:.1f} MiB')
    first, *others = usages
    for name in others:
        section.add(f'rate, {first} / {name}', statistics.median(rates_beside(usages[first], usages[name])), ' ×',
                    0.95 if name == threads else None, at_least=True)
    return section


def local(bench):
    """What needs no network."""
    section = Section('URLs and signatures, on one thread, and the loading of the library')
    rates = [[float(line) for line in bench.measure([harness.PROGRAMS / 'local']).output.split()]
             for _ in range(bench.pairs)]
    names = ('URLs of transformations', 'signed URLs', 'signatures of new policies')
    for name, values in zip(names, zip(*rates)):
        section.tell(name, f'{statistics.median(values):,.0f} a second')
    load = [harness.PROGRAMS / 'load', bench.library / harness.SONAME]
    loads = [float(bench.measure(load).output) for _ in range(bench.pairs)]
    section.add('dlopen', statistics.median(loads), ' ms', 1)
    return section


def memory(bench):
    """The peaks of transfers, above that of a small upload."""
    section = Section('Memory: peak resident above that of a small upload, default options')
    large, reader, crowd = (64 * MIB, 64 * MIB, 20) if bench.quick else (4 * GIB, GIB, 100)
    small = bench.measure(bench.program('upload', 'path', bench.file(10 * KIB))).memory
    section.tell('a small upload, in all', f'{small / MIB:.1f} MiB')
    crowd_folder = bench.folder_of(crowd, 20_000_000, sparse=True)
    downloaded = bench.files / 'downloaded'
    measured = (
        (f'sparse file of {size_name(large)}', 16, bench.program('upload', 'path', bench.sparse_file(large))),
        (f'reader of {size_name(reader)} without seek', 48,
         bench.program('upload', 'reader', bench.sparse_file(reader))),
        (f'{crowd} threads, 20 MB each, paths', 80, bench.program('many', 'path', crowd_folder, crowd, crowd)),
        (f'{crowd} threads, 20 MB each, readers', 80, bench.program('many', 'reader', crowd_folder, crowd, crowd)),
        (f'download of {size_name(large)}', 8, bench.program('download', large, downloaded)),
    )
    for what, limit, command in measured:
        section.add(what, (bench.measure(command).memory - small) / MIB, ' MiB', limit, digits=1)
        downloaded.unlink(missing_ok=True)
    return section


def cancel(bench):
    """From the moment when it is cancelled to the end: of calls by progress functions, of operations by their queue."""
    section = Section('Cancel to end, the longest of all tries')
    path = bench.file(bench.large)
    moments = [('while parts are sent', 'moving', MOVING_MOMENTS)]
    moments += [(f'while `{call}` is not answered', f'stall-{call}', STALL_MOMENTS) for call in STALLS]
    for (what, name, milliseconds), kind in itertools.product(moments, ('call', 'operation')):
        took = [bench.measure(bench.program('cancel', kind, path, name, moment)).output
                for moment in milliseconds for _ in range(bench.pairs)]
        # One that had ended before the moment prints nothing.
        took = [float(text) for text in took if text]
        if took:
            section.add(f'{kind}, {what}, of {len(took)}', max(took), ' ms', MOST_MS, digits=1)
    return section


def distant(bench):
    """One large file to a service that is 40 ms away."""
    size = bench.large
    section = Section(f'Upload of {size_name(size)} over a link of {ROUND_TRIP_MS} ms round trip')
    path = bench.file(size)
    missing = Network.missing()
    with Link(bench.service) if missing else Network() as link:
        section.note(link.description)
        if missing:
            section.note(f'A network could not be made: {missing}.')

        def inside(command):
            return bench.measure([*link.inside, *command])

        runs = {MINE: lambda: inside(bench.program('upload', 'path', path, service=link.service))}
        with_curl(section, runs, 'curl -T', lambda: inside(curl_upload(link.service, path)))
        usages = bench.compare(runs)
    for name, measured in usages.items():
        share = size / harness.medians(measured)[0] / RATE
        section.add(f'{name}, share of the rate', share, '', 0.9 if name == MINE else None, at_least=True)
    return section


ROWS = {'upload': upload, 'avx2': avx2, 'small-files': small_files, 'scale': scale, 'download': download, 'distant': distant,
        'local': local, 'memory': memory, 'cancel': cancel}
