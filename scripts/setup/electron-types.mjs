import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { extractFromPackage } from '../electron-runtime/pinned-package.mjs';
import { announce } from '../process/announce.mjs';
import { projectRoot } from '../project-root.mjs';

// The API of the runtime that development and tests may fall back to. The `electron` package types a newer one, and
// what is missing here would be found only when the app runs.
const pinned = {
  package: 'electron@33.2.1',
  integrity:
    'sha512-SG/nmSsK9Qg1p6wAW+ZfqU+AV8cmXMTIklUL18NnOKfZLlum4ZsDoVdmmmlL39ZmeCaq27dr7CgslRPahfoVJg==',
  member: 'package/electron.d.ts',
};
const target = join(projectRoot, '.setup', 'electron-33.2.1', 'electron.d.ts');

/** The type declarations of the older Electron, for the second pass of the type check. */
export const electronTypes = {
  done: () => existsSync(target),
  run() {
    announce(`fetching the types of ${pinned.package}`);
    return extractFromPackage(pinned, target);
  },
};
