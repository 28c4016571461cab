import { formatDuration } from '../process/announce.mjs';

const names = ['lint', 'types', 'architecture', 'forbidden-names', 'dead-code', 'builder-schema'];

/**
 * Runs every checker over the project and over its bad fixture, which it has to refuse: a checker that accepts
 * everything is found out here. Resolves to whether all of it held.
 *
 * A checker exports `check()` and `bite()`; each resolves to a list of problems in words, empty when all is well.
 */
export async function runChecks() {
  let held = true;
  for (const name of names) {
    // Loaded one by one: a checker's library may take a second, and a fresh clone has only just installed it.
    const { check, bite } = await import(`./${name}.mjs`);
    const started = performance.now();
    const problems = [...(await check()), ...(await bite())];
    const time = formatDuration(performance.now() - started);
    process.stdout.write(`${problems.length ? 'FAILED' : 'ok    '} ${name} (${time})\n`);
    for (const problem of problems) process.stdout.write(`${problem}\n`);
    held &&= problems.length === 0;
  }
  return held;
}
