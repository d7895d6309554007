import { defineConfig } from 'vitest/config';

const unit = ['shared', 'local', 'functions', 'infra', 'cli', 'bench', 'scripts', 'examples'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: unit.map((folder) => `${folder}/**/*.test.ts`),
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'across',
          include: ['test/**/*.test.ts'],
          // Real processes, real HTTP, a thousand random histories: limits that only a hang reaches.
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['shared/**/*.ts', 'local/**/*.ts', 'functions/**/*.ts', 'cli/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
