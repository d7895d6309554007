/**
 * Consumes a subscription's queue into an SQLite table, exactly once. After `npm start`, in a second terminal:
 *
 *   POSTRIDER_QUEUE_URL=…          the subscription's queueUrl
 *   POSTRIDER_SQS_ENDPOINT=…       `sqsEndpoint` of the ready line (leave out on AWS)
 *   POSTRIDER_SQS_ACCESS_KEY_ID=…  `sqsAccessKeyId` of the ready line (leave out on AWS)
 *   POSTRIDER_API=…                `api` of the ready line: the API's base, ending with /api/v1
 *   POSTRIDER_READ_TOKEN=…         shown once, when the subscription was made
 *   POSTRIDER_SUBSCRIPTION=…       <merchantId>/<subscriptionId>; default acme/main
 *   node examples/consumer.ts      (Node 24)
 */
import { DatabaseSync } from 'node:sqlite';
import { createConsumer, sqliteProgressStore } from '../shared/consumer/index.ts';

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; see the top of examples/consumer.ts.`);
  return value;
};
const { POSTRIDER_SQS_ENDPOINT: endpoint, POSTRIDER_SQS_ACCESS_KEY_ID: accessKeyId } = process.env;
const [merchantId = '', subscriptionId = ''] = (process.env['POSTRIDER_SUBSCRIPTION'] ?? 'acme/main').split('/');
const database = new DatabaseSync('consumer.db', { timeout: 5000 });
database.exec('CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, status TEXT)');
const store = sqliteProgressStore(database);

const consumer = createConsumer({
  queueUrl: required('POSTRIDER_QUEUE_URL'),
  region: process.env['AWS_REGION'] ?? 'eu-central-1',
  ...(endpoint && accessKeyId ? { endpoint, credentials: { accessKeyId, secretAccessKey: 'any' } } : {}),
  api: {
    base: required('POSTRIDER_API'),
    merchantId,
    subscriptionId,
    readToken: required('POSTRIDER_READ_TOKEN'),
  },
  store,
  handler: (event, { recordIn }) =>
    store.transaction(async (transaction) => {
      transaction.prepare('REPLACE INTO payments VALUES (?, ?)').run(event.source + event.subject, event.data.status);
      await recordIn(transaction);
      console.log(event.sequence, event.type, event.subject, event.data.status);
    }),
});
consumer.on('error', (error) => console.error(`${error.code}: ${error.message}`));
process.once('SIGINT', () => consumer.stop({ abort: true }).then(() => database.close()));
consumer.start();
