import { defineConfig } from 'vitest/config';

const second = 1_000;

/** One project per part of the suite: `vitest run --project unit`. */
function suite(name: string, seconds: number) {
  return {
    extends: true as const,
    test: {
      name,
      include: [`test/${name}/**/*.test.{ts,tsx}`],
      testTimeout: seconds * second,
      hookTimeout: seconds * second,
    },
  };
}

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    restoreMocks: true,
    projects: [suite('unit', 20), suite('integration', 90), suite('fault', 240), suite('fuzz', 60)],
  },
});
