// Writes every folder beside it: node events/amazon-pay/make-samples.ts. Keys and certificates are made where they are
// missing and kept otherwise, so that the same bytes come out. They are for tests and sign nothing else.
import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestCertificate, type TestCertificate } from '../../shared/gateways/certificates.testing.ts';
import { CASES, type SampleCase } from './cases.ts';
import { CONNECTORS, TOPIC } from './connectors.ts';

const HERE = import.meta.dirname;
const CERTIFICATE_URL =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem';

function keptKey(name: string): string {
  const path = join(HERE, `${name}.key.pem`);
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  return readFileSync(path, 'utf8');
}

function keptCertificate(file: string, name: string, issuer?: TestCertificate): TestCertificate {
  const key = keptKey(file);
  const path = join(HERE, `${file}.pem`);
  if (!existsSync(path)) {
    writeFileSync(path, makeTestCertificate(name, { key, ca: issuer === undefined, ...(issuer && { issuer }) }).cert);
  }
  return { name, cert: readFileSync(path, 'utf8'), key };
}

/** In the order that SNS signs them in (SNS Developer Guide, "Verifying the signatures"). */
const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

function bodyOf(sample: SampleCase, signer: TestCertificate, messageId: string): string {
  const { type = 'Notification', version = '2', subject, token } = sample;
  const message = typeof sample.message === 'string' ? sample.message : JSON.stringify(sample.message);
  const query = `Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=${token}`;
  const fields: Record<string, string> = {
    Type: type,
    MessageId: messageId,
    ...(token === undefined ? {} : { Token: token }),
    TopicArn: TOPIC,
    ...(subject === undefined ? {} : { Subject: subject }),
    Message: message,
    ...(token === undefined ? {} : { SubscribeURL: `https://sns.eu-west-1.amazonaws.com/?${query}` }),
    Timestamp: sample.timestamp,
  };
  const text = SIGNED[type].flatMap((name) => (fields[name] === undefined ? [] : [`${name}\n${fields[name]}\n`]));
  const digest = version === '1' ? 'sha1' : 'sha256';
  const signature = sign(digest, Buffer.from(text.join('')), createPrivateKey(signer.key)).toString('base64');
  const unsubscribe = `https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${TOPIC}:${sample.id}`;
  const whole = {
    ...fields,
    ...{ SignatureVersion: version, Signature: signature, SigningCertURL: CERTIFICATE_URL },
    ...(type === 'Notification' ? { UnsubscribeURL: unsubscribe } : {}),
  };
  // As SNS writes it: one member a line.
  const lines = Object.entries(whole).map(([name, value]) => `  ${JSON.stringify(name)} : ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}`;
}

function requestOf(sample: SampleCase, body: string, messageId: string): string {
  const head = [
    `POST /callbacks/${sample.connector ?? 'acme-amazon-pay'} HTTP/1.1`,
    'Host: pay.acme.example',
    `x-amz-sns-message-type: ${sample.type ?? 'Notification'}`,
    `x-amz-sns-message-id: ${messageId}`,
    `x-amz-sns-topic-arn: ${TOPIC}`,
    `x-amz-sns-subscription-arn: ${TOPIC}:${sample.id}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Content-Type: text/plain; charset=UTF-8',
    'Connection: Keep-Alive',
    'User-Agent: Amazon Simple Notification Service Agent',
    'Accept-Encoding: gzip,deflate',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Kept from the last run, so that the same folder has the same message again. */
function messageIdOf(folder: string): string {
  const path = join(folder, 'request.http');
  const known = existsSync(path) ? /x-amz-sns-message-id: (\S+)/.exec(readFileSync(path, 'latin1'))?.[1] : undefined;
  return known ?? randomUUID();
}

function writeSample(sample: SampleCase, signer: TestCertificate): void {
  const folder = join(HERE, sample.name);
  const messageId = sample.messageOf === undefined ? messageIdOf(folder) : messageIdOf(join(HERE, sample.messageOf));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(join(folder, 'request.http'), requestOf(sample, bodyOf(sample, signer, messageId), messageId));
  const answers = (sample.answers ?? []).map(({ body, status = 200, ...rest }, index) => {
    const file = `answer-${index + 1}.${typeof body === 'string' ? 'xml' : 'json'}`;
    writeFileSync(join(folder, file), typeof body === 'string' ? body : JSON.stringify(body, undefined, 2));
    return { request: rest.request, status, body: file, declared: rest.declared, expect: rest.expect };
  });
  const file = {
    about: sample.about,
    origin: 'made',
    connector: sample.connector ?? 'acme-amazon-pay',
    at: sample.timestamp,
    verdict: { algorithm: sample.version === '1' ? 'rsa-sha1' : 'rsa-sha256', readings: {} },
    expect: sample.expect,
    ...(answers.length > 0 && { answers }),
  };
  writeFileSync(join(folder, 'sample.json'), `${JSON.stringify(file, undefined, 2)}\n`);
}

const authority = keptCertificate('authority', 'Acme Test Authority');
const signer = keptCertificate('sns', 'sns.amazonaws.com', authority);
const apiKey = keptKey('api');
const connectors = Object.fromEntries(
  Object.entries(CONNECTORS).map(([id, settings]) => [
    id,
    {
      id,
      settings: { ...settings, certificateAuthorities: [authority.cert] },
      secrets: { privateKey: apiKey },
      testMode: true,
      certificates: { [CERTIFICATE_URL]: 'sns.pem' },
    },
  ]),
);
writeFileSync(join(HERE, 'connectors.json'), `${JSON.stringify(connectors, undefined, 2)}\n`);
for (const sample of CASES) writeSample(sample, signer);
