"""The Python half of `make conformance`: `main.py --list`, or `main.py GROUP` inside filestack-local."""

import importlib
import os
import sys
import traceback

import harness

# Each puts its scenarios into the list when it is imported.
MODULES = (
    'hosts', 'uploads', 'external', 'reading', 'stored', 'transformations', 'archives', 'videos', 'security', 'changes',
    'intelligence', 'webhooks',
)
for module in MODULES:
    importlib.import_module(f'scenarios.{module}')


def run(function, context):
    try:
        return 'PASS', function(context)
    except harness.Skip as reason:
        return 'SKIP', harness.one_line(reason)
    except Exception as error:
        if not isinstance(error, harness.Failure):
            traceback.print_exc()
        return 'FAIL', harness.one_line(error)


def run_group(group):
    """Runs the scenarios of a group, writes down each result at once, and returns whether all passed."""
    context = harness.Context(group)
    passed = True
    with open(os.environ['CONFORMANCE_RESULTS'], 'a', encoding='utf-8') as results:
        for (of, name), function in harness.SCENARIOS.items():
            if of == group:
                outcome, detail = run(function, context)
                passed &= outcome != 'FAIL'
                print(outcome, name, detail, sep='\t', file=results, flush=True)
                print(outcome, name, detail, sep='\t', flush=True)
    return passed


def main(argument):
    if argument == '--list':
        for group, name in harness.SCENARIOS:
            print(group, name, sep='\t')
        return 0
    return 0 if run_group(argument) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
