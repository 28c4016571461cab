import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout that these scripts belong to. */
export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..');
