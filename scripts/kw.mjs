// Started as `node -- scripts/kw.mjs`: without the two dashes Node 20 would take kw's own --env-file for itself.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { announce } from './process/announce.mjs';
import { projectRoot } from './project-root.mjs';
import { setup, withoutDesktop } from './setup.mjs';

// In this process, not in a child: signals, standard streams and the exit code are then kw's own.
try {
  await setup(withoutDesktop);
} catch (error) {
  announce(error.message);
  process.exit(1);
}
const kw = join(projectRoot, 'out', 'main', 'kw.js');
process.argv[1] = kw;
await import(pathToFileURL(kw).href);
