import { runChecks } from './check/run-checks.mjs';
import { forChecks, main } from './setup.mjs';

await main(forChecks, async () => ((await runChecks()) ? 0 : 1));
