"""Sends the connections that are meant for Filestack to the local service, below the SDK and everything it uses."""

import urllib3.util.connection

# The customer's domain of `config.CNAME`, which the service has a certificate for.
CNAME = 'example.test'
DOMAINS = ('filestackapi.com', 'filestackcontent.com', CNAME)
LOOPBACK = ('127.0.0.1', '::1', 'localhost')


class Redirection:
    """Replaces how urllib3 opens sockets. TLS is untouched: the certificate must fit the host that was meant."""

    def __init__(self, address):
        self.address = address
        # The hosts that were asked for since the last look.
        self.hosts = set()
        self._connect = urllib3.util.connection.create_connection
        urllib3.util.connection.create_connection = self._create_connection

    def _create_connection(self, address, *arguments, **options):
        host, port = address
        if port == 443 and host.endswith(tuple('.' + domain for domain in DOMAINS)):
            self.hosts.add(host)
            address = self.address
        elif host not in LOOPBACK:
            raise OSError(f'{host} is neither Filestack nor this machine: a scenario must not leave it')
        return self._connect(address, *arguments, **options)

    def take_hosts(self):
        hosts, self.hosts = self.hosts, set()
        return hosts
