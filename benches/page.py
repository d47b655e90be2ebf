"""What was measured as text: on the terminal, and as docs/performance.md."""

import collections
import os
import platform

import bench as harness
from bench import MIB, ROOT

PAGE = ROOT / 'docs' / 'performance.md'
SHOWN = PAGE.relative_to(ROOT)

Figure = collections.namedtuple('Figure', 'what value target verdict')


class Section:
    """The figures of one row, and what has to be known to read them."""

    def __init__(self, title):
        self.title = title
        self.figures = []
        self.notes = []

    def add(self, what, value, unit='', limit=None, at_least=False, digits=2):
        """A figure, beside what it should not exceed, or should reach."""
        text = f'{value:.{digits}f}{unit}'
        if limit is None:
            self.figures.append(Figure(what, text, '', ''))
            return
        met = value >= limit if at_least else value <= limit
        sign = '≥' if at_least else '≤'
        self.figures.append(Figure(what, text, f'{sign} {limit:g}{unit}', 'met' if met else 'missed'))

    def tell(self, what, text):
        """A figure that nothing is wanted of."""
        self.figures.append(Figure(what, text, '', ''))

    def note(self, text):
        self.notes.append(text)

    def compared(self, mine, usages, limits):
        """What each took, and how many times as much as each peer this library took: wall, CPU and memory."""
        for name, measured in usages.items():
            wall, cpu, memory = harness.medians(measured)
            self.tell(name, f'{wall:.2f} s, CPU {cpu:.2f} s, {memory / MIB:.1f} MiB')
        for name, measured in usages.items():
            if name == mine:
                continue
            ratios = harness.ratios(usages[mine], measured)
            for what, ratio, limit in zip(('wall', 'CPU', 'memory'), ratios, limits.get(name, (None,) * 3)):
                self.add(f'{what}, {mine} / {name}', ratio, ' ×', limit)


def plain(section):
    """A section for the terminal."""
    width = max((len(figure.what) for figure in section.figures), default=0)
    lines = [section.title]
    for figure in section.figures:
        verdict = f'   ({figure.target}: {figure.verdict})' if figure.target else ''
        lines.append(f'  {figure.what:{width}}  {figure.value}{verdict}')
    lines += [f'  {note}' for note in section.notes]
    return '\n'.join(lines)


HEAD = """# Performance

What `make bench` has measured, written by `benches/run --write`: medians of {pairs}, one peer after the other in every
pair, against a service on the same machine that stores and checks nothing. All have the same cipher
(TLS_AES_128_GCM_SHA256) and HTTP/1.1. A ratio is the median of those of the pairs, below 1 where this library takes
less. The CPU time is that of the client alone, user and system; memory is its peak resident size.

| | |
|---|---|
| processor | {processor}, {cores} cores |
| kernel | {kernel} |
| curl | {curl} |
| Python | {python} |
| Node | {node} |
"""


def write(sections, pairs, is_whole):
    """Writes the page anew, or only these sections of it."""
    head = HEAD.format(pairs=f'{pairs} pairs', processor=processor(), cores=os.cpu_count(), kernel=platform.release(),
                       curl=harness.command_version('curl') or 'not installed', python=platform.python_version(),
                       node=harness.command_version('node') or 'not installed')
    known = {}
    if not is_whole:
        text = PAGE.read_text()
        head, known = text[:text.index('\n## ')], dict(sections_of(text))
        for section in sections:
            section.note(f'Medians of {pairs} pairs.')
    written = {**known, **{section.title: markdown(section) for section in sections}}
    PAGE.write_text('\n'.join([head, *written.values()]))


def sections_of(text):
    """The titles and texts of the sections of a page."""
    for section in text.split('\n## ')[1:]:
        yield section.splitlines()[0], f'## {section.rstrip()}\n'


def processor():
    """Its name, as the kernel tells it."""
    with open('/proc/cpuinfo', encoding='utf-8') as lines:
        names = [line.split(':', 1)[1].strip() for line in lines if line.startswith('model name')]
    return names[0] if names else platform.machine()


def markdown(section):
    """A section for the page."""
    rows = [f'| {" | ".join(figure)} |' for figure in section.figures]
    table = ['', '| | | target | |', '|---|---|---|---|', *rows] if rows else []
    notes = ['', *section.notes] if section.notes else []
    return '\n'.join([f'## {section.title}', *table, *notes, ''])
