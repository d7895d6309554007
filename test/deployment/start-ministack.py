"""Makes a certificate for this machine (MINISTACK_SSL_CERT, MINISTACK_SSL_KEY), then becomes ministack.

With AUTH=true it checks signatures and IAM policies, so that a role of ours that lacks a right fails the test. Where it
differs from AWS in that, it is put right here, each with Amazon's word for it.

It and the functions that it runs, one process group, end when stdin closes: that is when whoever started it is gone.
"""
import datetime
import ipaddress
import json
import os
import signal
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ministack import app
from ministack.core import iam_actions


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


def know_more_conditions():
    """It checks IAM policies, but knows neither KMS's encryption contexts nor DynamoDB's leading keys as conditions."""
    known = iam_actions.request_tag_context

    def with_more(service, action, body, *more):
        context = known(service, action, body, *more)
        if service == 'kms':
            pairs = json.loads(body or b'{}').get('EncryptionContext') or {}
            own = {f'kms:EncryptionContext:{key}': value for key, value in pairs.items()}
            return {**context, **own, 'kms:EncryptionContextKeys': list(pairs)}
        if service == 'dynamodb':
            request = json.loads(body or b'{}')
            keys = [row.get('pk', {}).get('S') for row in (request.get('Key'), request.get('Item')) if row]
            return {**context, 'dynamodb:LeadingKeys': keys} if any(keys) else context
        return context

    iam_actions.request_tag_context = with_more


def know_batch_actions():
    """It asks for sqs:SendMessageBatch; at AWS the right to an action is the right to its batch (API Reference, AddPermission)."""
    known = iam_actions.extract_iam_action

    def without_batch(service, *more):
        action = known(service, *more)
        return action.removesuffix('Batch') if service == 'sqs' and action else action

    iam_actions.extract_iam_action = without_batch


def end_with_our_starter():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=end_with_our_starter, daemon=True).start()
make_certificate(os.environ['MINISTACK_SSL_CERT'], os.environ['MINISTACK_SSL_KEY'])
know_more_conditions()
know_batch_actions()
sys.argv = ['ministack']
# Beside its own port it would take 443 where it can: the tests of two checkouts must not meet.
app._port_is_bindable = lambda host, port: False
app.main()
