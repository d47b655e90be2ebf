"""Webhooks, received here and verified by the SDK."""

import http.server
import io
import json
import os
import queue
import threading

import samples
from harness import check, equal, scenario

from filestack.helpers import verify_webhook_signature

SECONDS = 30


class Receiver:
    """The customer's endpoint: a queue of (headers, body)."""

    def __init__(self):
        self.messages = queue.Queue()
        messages = self.messages

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                messages.put((dict(self.headers), self.rfile.read(int(self.headers['Content-Length']))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        # The runner has told this port to the service.
        server = http.server.HTTPServer(('127.0.0.1', int(os.environ['CONFORMANCE_WEBHOOK_PORT'])), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def next(self):
        """Headers, body and meaning of the next message."""
        headers, body = self.messages.get(timeout=SECONDS)
        return headers, body, json.loads(body)


@scenario('webhook', 'webhooks of upload, overwrite and delete')
def verified(context):
    secret = os.environ['CONFORMANCE_WEBHOOK_SECRET']
    receiver = Receiver()
    filelink = context.stored(samples.content(100), 'a.bin')
    messages = [receiver.next()]
    filelink.overwrite(file_obj=io.BytesIO(samples.content(50)))
    messages.append(receiver.next())
    filelink.delete()
    messages.append(receiver.next())
    equal([meaning['action'] for *_, meaning in messages], ['fp.upload', 'fp.overwrite', 'fp.delete'], 'the actions')
    equal({meaning['text']['url'] for *_, meaning in messages}, {filelink.url}, 'the URL that they tell')
    for headers, body, meaning in messages:
        equal(verify_webhook_signature(secret, body, headers), (True, {}), f'{meaning["action"]} verified')
        check(not verify_webhook_signature('another', body, headers)[0], 'verified with another secret')
        check(not verify_webhook_signature(secret, body + b' ', headers)[0], 'verified with another body')
        later = {name: '1' if name.lower() == 'fs-timestamp' else value for name, value in headers.items()}
        check(not verify_webhook_signature(secret, body, later)[0], 'verified with another time')
    return 'verified; not with another secret, body or time'
