import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runTypeScript } from './process/run-typescript.mjs';
import { projectRoot } from './project-root.mjs';
import { main, withoutDesktop } from './setup.mjs';

const folder = join(projectRoot, 'test', 'bench');
const args = process.argv.slice(2);

await main(withoutDesktop, async () => {
  const benches = readdirSync(folder).filter((name) => name.endsWith('.bench.ts'));
  for (const name of benches.sort()) {
    process.stdout.write(`\n== ${name}\n`);
    const code = await runTypeScript(join(folder, name), args);
    if (code !== 0) return code;
  }
  return benches.length > 0 ? 0 : 1;
});
