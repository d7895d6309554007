import { defineConfig } from 'vitest/config';

/** What `npm run test:aws` runs: DynamoDB Local (Java) and a deployment on an emulator of AWS (Python). */
export default defineConfig({
  test: {
    include: ['test/**/*.aws-test.ts'],
    // Real engines, real processes: limits that only a hang reaches.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Each file has an engine of its own; two cores bear two.
    maxWorkers: 2,
  },
});
