"""What rows are made of: the service, the files, and processes that are measured."""

import collections
import contextlib
import fcntl
import os
import pathlib
import runpy
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = pathlib.Path(os.environ.get('CARGO_TARGET_DIR', ROOT / 'target')).absolute()
FOLDER = TARGET / 'bench'
PROGRAMS = FOLDER / 'programs' / 'benches'
RELEASE = TARGET / 'release'
LIBRARY = TARGET / 'lib'

# What programs look for: the name with the major and the minor version.
VERSION = runpy.run_path(str(ROOT / 'packaging' / 'install'))['version']()
SONAME = f'libfilestack.so.{VERSION.rpartition(".")[0]}'

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

# More than anything takes, so that what hangs is a failure and not a run without an end.
PROCESS_SECONDS = 900

# Seconds, seconds of the processors, peak memory in bytes, most threads at a time, and what was printed.
Usage = collections.namedtuple('Usage', 'wall cpu memory threads output')


class Problem(Exception):
    """Why the run cannot go on."""


class Service:
    """The service that stores and checks nothing. Every request takes it so many milliseconds."""

    def __init__(self, address='127.0.0.1', folder=FOLDER, inside=(), milliseconds=0):
        program = RELEASE / 'filestack-bench-service'
        if not program.exists():
            raise Problem(f'{program} is not there: run `make bench`')
        self._process = subprocess.Popen([*inside, program, address, folder, str(milliseconds)], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        self.secure, self.plain = (self._process.stdout.readline().strip() for _ in range(2))
        self.ca = folder / 'ca.pem'
        if not self.plain:
            raise Problem('the service has not started')
        self.port = int(self.secure.rsplit(':')[-1])

    def stop(self):
        self._process.stdin.close()
        self._process.wait(10)


class Base:
    """The library of another commit, built below target/ from the history of this folder."""

    @staticmethod
    def is_known(revision):
        """Whether the history is here and has it."""
        try:
            found = subprocess.run(['git', 'cat-file', '-e', f'{revision}^{{commit}}'], cwd=ROOT, capture_output=True)
        except OSError:
            return False
        return found.returncode == 0

    def __init__(self, revision):
        self.name = run_tool('git', 'rev-parse', '--short', f'{revision}^{{commit}}').strip()
        tree, target = FOLDER / 'base' / self.name, TARGET / 'bench-base'
        self.library = target / self.name
        if (self.library / SONAME).exists():
            return
        print(f'building the commit {self.name}', flush=True)
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
        archive = tree.with_suffix('.tar')
        run_tool('git', 'archive', '--output', archive, self.name)
        run_tool('tar', '--extract', '--file', archive, '--directory', tree)
        build_library(target, self.library, cwd=tree)
        shutil.rmtree(tree)
        archive.unlink()


class Avx2:
    """The library as it is, but that its MD5 lanes do without AVX-512, as most machines have to."""

    @staticmethod
    def is_another():
        """Whether the library that ships has AVX-512 here."""
        return 'avx512f' in processor_features()

    def __init__(self):
        target = TARGET / 'bench-avx2'
        self.library = target / 'avx2'
        print('building the library without AVX-512', flush=True)
        flags = f'{os.environ.get("RUSTFLAGS", "")} --cfg filestack_md5_lanes_avx2'
        build_library(target, self.library, {'RUSTFLAGS': flags.strip()})


def build_library(target, folder, environment=None, cwd=ROOT):
    """Builds a library beside the one that ships, in a target folder of its own, and puts it into `folder`."""
    run_tool('cargo', 'build', '--quiet', '--release', '--package', 'filestack-c', '--target-dir', target, cwd=cwd,
             environment=environment)
    folder.mkdir(exist_ok=True)
    shutil.copy(target / 'release' / 'libfilestack.so', folder / SONAME)


def run_tool(*command, cwd=ROOT, environment=None):
    """What the command prints."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, env={**os.environ, **(environment or {})},
                          stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Problem(f'{command[0]} {command[1]} ended with {done.returncode}')
    return done.stdout


class Bench:
    """One run: its size, its service and its files, which are removed at the end."""

    def __init__(self, quick, pairs, library):
        self.quick = quick
        # An older library, where there is one to compare with.
        self.base = None
        self.library = library
        self.pairs = pairs
        self.large = 64 * MIB if quick else GIB
        self.files = FOLDER / 'files'

    def __enter__(self):
        # A second run would remove the files of this one, and both would measure each other.
        self._lock = (FOLDER / 'lock').open('w')
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Problem('another run is under way') from error
        shutil.rmtree(self.files, ignore_errors=True)
        self.files.mkdir(parents=True)
        self.service = Service()
        return self

    def __exit__(self, *_):
        self.service.stop()
        shutil.rmtree(self.files, ignore_errors=True)

    @contextlib.contextmanager
    def slow_service(self, milliseconds):
        """A service that takes so long for every request."""
        folder = FOLDER / 'slow'
        folder.mkdir(exist_ok=True)
        service = Service(folder=folder, milliseconds=milliseconds)
        try:
            yield service
        finally:
            service.stop()

    def file(self, size):
        """A file of this size, made once. Its blocks differ from those of others, so that nobody can save them."""
        path = self.files / f'{size}.bin'
        if not path.exists():
            block = os.urandom(MIB)
            with path.open('wb') as file:
                for at in range(0, size, MIB):
                    file.write(block[:size - at])
        return path

    def sparse_file(self, size, name=None):
        """A file of this size that takes no place on the disk."""
        path = self.files / (name or f'{size}.sparse')
        with path.open('wb') as file:
            file.truncate(size)
        return path

    def folder_of(self, count, size, sparse=False):
        """A folder with the files 0, 1, 2 ..."""
        folder = self.files / f'{count}-{size}'
        folder.mkdir(exist_ok=True)
        for name in map(str, range(count)):
            if sparse:
                self.sparse_file(size, folder / name)
            else:
                (folder / name).write_bytes(os.urandom(size))
        return folder

    def program(self, name, *arguments, service=None):
        """The command of one of the programs here, which are all told where the service is."""
        service = service or self.service
        return [PROGRAMS / name, service.secure, service.ca, *arguments]

    def measure(self, command, environment=None, library=None):
        """Runs a command and tells what it took."""
        result = FOLDER / 'measured'
        command = [str(word) for word in (PROGRAMS / 'measure', result, *command)]
        environment = {**child_environment(), 'LD_LIBRARY_PATH': str(library or self.library),
                       **(environment or {})}
        try:
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True,
                                  timeout=PROCESS_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Problem(f'nothing after {PROCESS_SECONDS} s: {" ".join(command)}') from error
        if done.returncode != 0:
            raise Problem(f'ended with {done.returncode}: {" ".join(command)}')
        wall, cpu, memory, threads = result.read_text().split()
        return Usage(float(wall), float(cpu), int(memory) * KIB, int(threads), done.stdout)

    def compare(self, runs):
        """Runs each of these, one after the other, as often as there are pairs: {name: usages in their order}."""
        usages = {name: [] for name in runs}
        for _ in range(self.pairs):
            for name, run in runs.items():
                usages[name].append(run())
        return usages


def handle(size):
    """Under which the service has a file of this size."""
    return f'Bench{size:015}'


def child_environment():
    """The environment of this process, without the proxies that would get between a client and the service."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith('_proxy')}


def medians(usages):
    """What is in the middle: of the seconds, of the processors' seconds and of the memory."""
    return [statistics.median(values) for values in zip(*(usage[:3] for usage in usages))]


def ratios(usages, others):
    """How many times as much as the others they took: the median of the pairs."""
    pairs = [[mine / other for mine, other in zip(usage[:3], against[:3])] for usage, against in zip(usages, others)]
    return [statistics.median(values) for values in zip(*pairs)]


def command_version(name):
    """The first line of what a command tells of itself; None for one that is not there or does not run."""
    try:
        told = subprocess.run([name, '--version'], capture_output=True, text=True)
    except OSError:
        return None
    return told.stdout.splitlines()[0] if told.returncode == 0 and told.stdout else None


def processor_features():
    """What the kernel says that the processor can do."""
    with open('/proc/cpuinfo', encoding='utf-8') as lines:
        return next((line.split(':', 1)[1].split() for line in lines if line.startswith('flags')), [])


class OfficialSdk:
    """An official SDK, installed below target/ as `make conformance` does it."""

    def __init__(self):
        conformance = runpy.run_path(str(ROOT / 'tests' / 'conformance' / 'run'))
        half = next(half for half in conformance['HALVES'] if half.name == self.name)
        if missing := half.missing():
            raise Problem(missing)
        self.title = half.title
        self._environment = half.environment(conformance['installed'](half))

    def upload(self, bench, path, service=None, at_once=1):
        """Uploads a file with default options, or all files of a folder, and tells what it took."""
        service = service or bench.service
        command = [*self.client, service.secure, path, at_once]
        return bench.measure(command, {**self._environment, self.ca_variable: str(service.ca)})


class OfficialPython(OfficialSdk):
    """filestack-python."""

    name, language = 'python', 'Python'
    client = [sys.executable, HERE / 'python_client.py']
    ca_variable = 'REQUESTS_CA_BUNDLE'


class OfficialJavaScript(OfficialSdk):
    """filestack-js in Node."""

    name, language = 'javascript', 'JavaScript'
    client = ['node', HERE / 'javascript_client.js']
    ca_variable = 'NODE_EXTRA_CA_CERTS'
