import { afterAll, vi } from 'vitest';
import { stopEngine } from './delivery-in-dynamodb.ts';
import '../pipeline/delivery.test.ts';

/** The scenarios of relay, redelivery and redrive as they are, with cursors in DynamoDB. */
vi.mock('../memory-stores/delivery.ts', () => import('./delivery-in-dynamodb.ts'));
afterAll(stopEngine);
