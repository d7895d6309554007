import { afterAll, vi } from 'vitest';
import { stopEngine } from './delivery-in-dynamodb.ts';
import '../pipeline/backfill.test.ts';

/** The scenarios of backfill as they are, with its holds in DynamoDB. */
vi.mock('../memory-stores/delivery.ts', () => import('./delivery-in-dynamodb.ts'));
afterAll(stopEngine);
