"""The way to the service that has nothing of the SDK: what is stored and delivered is looked at through this."""

import base64
import collections
import hashlib
import hmac
import http.client
import json
import ssl
import time
import urllib.parse

Reply = collections.namedtuple('Reply', 'status headers body')

# What may stand in a request line as it is; the SDK leaves the rest to requests, too.
URL_CHARACTERS = "/:,=&?[]@!$'()*+;%~-._"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Service:
    """filestack-local as it is seen by a client that knows its address, its authority and perhaps its secret."""

    def __init__(self, url, authority, secret):
        parts = urllib.parse.urlsplit(url)
        self.url = url
        self.address = (parts.hostname, parts.port)
        self.secret = secret
        self._context = ssl.create_default_context(cafile=authority)

    def get(self, path):
        """GET of a path with its query. Redirects are not followed."""
        connection = http.client.HTTPSConnection(*self.address, context=self._context)
        try:
            connection.request('GET', urllib.parse.quote(path, safe=URL_CHARACTERS))
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def fetch(self, url):
        """GET of what a URL of the SDK names."""
        return self.get('/' + url.split('/', 3)[3])

    def content(self, handle):
        """The bytes of a stored file."""
        reply = self.get(f'/{handle}{self.credentials()}')
        if reply.status != 200:
            raise AssertionError(f'the stored file is delivered with {reply.status} {reply.body[:200]!r}')
        return reply.body

    def metadata(self, handle, *fields):
        """Metadata by the File API; the SDK asks the CDN."""
        query = '&'.join(f'{field}=true' for field in fields)
        credentials = self.credentials()
        separator = '&' if credentials else '?'
        return json.loads(self.get(f'/api/file/{handle}/metadata{credentials}{separator}{query}').body)

    def credentials(self):
        """A query with a policy that allows reading, signed; nothing where there is no secret."""
        if not self.secret:
            return ''
        policy = json.dumps({'expiry': int(time.time()) + 3600, 'call': ['read', 'stat', 'convert']})
        encoded = base64.urlsafe_b64encode(policy.encode())
        signature = hmac.new(self.secret.encode(), encoded, hashlib.sha256).hexdigest()
        return f'?policy={urllib.parse.quote(encoded.decode())}&signature={signature}'
