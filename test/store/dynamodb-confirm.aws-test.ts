import { afterAll, vi } from 'vitest';
import { stopEngine } from './delivery-in-dynamodb.ts';
import '../pipeline/confirm.test.ts';

/** The scenarios of confirm as they are, with questions, turns and pauses in DynamoDB. */
vi.mock('../memory-stores/delivery.ts', () => import('./delivery-in-dynamodb.ts'));
afterAll(stopEngine);
