"""A server on this machine, for files that are not at the service."""

import contextlib
import http.server
import threading


@contextlib.contextmanager
def serving(files):
    """Serves these files, type and content by path and query, and gives the address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            mimetype, content = files.get(self.path, ('text/plain', None))
            self.send_response(200 if content is not None else 404)
            self.send_header('Content-Type', mimetype)
            self.send_header('Content-Length', str(len(content or b'')))
            self.end_headers()
            if self.command == 'GET':
                self.wfile.write(content or b'')

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f'http://127.0.0.1:{server.server_port}'
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
