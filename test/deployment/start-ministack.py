"""Makes a certificate for this machine (MINISTACK_SSL_CERT, MINISTACK_SSL_KEY), then becomes ministack.

It and the functions that it runs, one process group, end when stdin closes: that is when whoever started it is gone.
"""
import datetime
import ipaddress
import os
import signal
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ministack import app


def make_certificate(certificate_path, key_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'ministack of a Postrider test')])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName('localhost'), x509.DNSName('*.execute-api.localhost')]
    names.append(x509.IPAddress(ipaddress.ip_address('127.0.0.1')))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with open(os.open(key_path, os.O_WRONLY | os.O_CREAT, 0o600), 'wb') as file:
        file.write(key.private_bytes(*private))
    # Under its name only when it is whole: the starter reads it as soon as it is there.
    with open(certificate_path + '.new', 'wb') as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    os.replace(certificate_path + '.new', certificate_path)


def end_with_our_starter():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=end_with_our_starter, daemon=True).start()
make_certificate(os.environ['MINISTACK_SSL_CERT'], os.environ['MINISTACK_SSL_KEY'])
sys.argv = ['ministack']
# Beside its own port it would take 443 where it can: the tests of two checkouts must not meet.
app._port_is_bindable = lambda host, port: False
app.main()
