import { resolve } from 'node:path';
import { runTypeScript } from './process/run-typescript.mjs';
import { main, withoutDesktop } from './setup.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  process.stderr.write('usage: node scripts/run-ts.mjs FILE.ts [arguments]\n');
  process.exit(2);
}

await main(withoutDesktop, () => runTypeScript(resolve(file), args));
