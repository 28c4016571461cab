// What the substitute runtime runs first: `electron [-r module] [--] <folder | file> [arguments]`, as Electron's own
// default app does. An ES module on purpose: Electron holds back its 'ready' event until an ES module entry has been
// evaluated, so the app that is awaited here can still register its privileged schemes in time.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

process.defaultApp = true;

const { preloads, target } = parseArguments(process.argv.slice(1));
const requireHere = createRequire(join(process.cwd(), 'noop.js'));
for (const preload of preloads) requireHere(preload);

if (!target) {
  process.stderr.write('usage: electron <app folder | main file>\n');
  process.exit(2);
}
try {
  await import(pathToFileURL(prepare(resolve(target))).href);
} catch (error) {
  process.stderr.write(`The app threw an error while loading\n${error?.stack ?? error}\n`);
  process.exit(1);
}

function parseArguments(args) {
  const preloads = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === '-r' || arg === '--require') {
      i += 1;
      preloads.push(args[i]);
    } else if (arg.startsWith('--require=')) preloads.push(arg.slice('--require='.length));
    else if (arg === '--version' || arg === '-v') answer(`v${process.versions.electron}`);
    else if (arg === '--abi' || arg === '-a') answer(process.versions.modules);
    else if (arg === '--') return { preloads, target: args[i + 1] };
    else if (!arg.startsWith('-')) return { preloads, target: arg };
  }
  return { preloads };
}

function answer(text) {
  process.stdout.write(`${text}\n`);
  process.exit(0);
}

/** Gives the app the names that its package.json declares and returns the file to run. */
function prepare(path) {
  if (!statSync(path).isDirectory()) {
    app.setAppPath(dirname(path));
    return path;
  }
  const manifest = join(path, 'package.json');
  const pkg = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {};
  if (pkg.productName ?? pkg.name) app.setName(pkg.productName ?? pkg.name);
  if (pkg.version) app.setVersion(pkg.version);
  app.setDesktopName(pkg.desktopName ?? `${app.getName()}.desktop`);
  app.setAppPath(path);
  return Module._resolveFilename(join(path, pkg.main ?? 'index.js'), null, false);
}
