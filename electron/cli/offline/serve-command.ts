import { once } from 'node:events';
import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type RuntimePaths, runtimePaths } from '../../../shared/model/runtime-paths.ts';
import type { CorePorts } from '../../core/ports.ts';
import type { ServedKeywarden, serveKeywarden } from '../../serve-keywarden.ts';
import { ensureRuntimeFolder } from '../broker/runtime-folder.ts';
import { type Command, type Invocation, optionFlag, optionText, optionTexts } from '../command.ts';
import { tell } from '../surroundings.ts';
import { confirmedOnly, describeQuarantine } from './confirmed-only.ts';
import { herePlace } from './here-place.ts';
import { requiredText } from './init-command.ts';
import { parseListenAddress } from './listen-address.ts';
import { revealPassphrase } from './passphrase-file.ts';
import { RATE_OPTIONS, readRates } from './rate-options.ts';
import { systemPorts } from './system-ports.ts';
import { asksForTls, openIdentity, TLS_OPTIONS } from './tls-options.ts';

const DEFAULT_LISTEN = '127.0.0.1:8200';

/** `kw serve`: a broker without a desktop, in the foreground, until it is told to end. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serves a vault without the desktop app',
  usage: '--vault DIR [--passphrase-file FILE] [options], or serve --dev [options]',
  details: [
    'Prints {"event":"ready","address":"http://…"} on one line when it serves, and ends cleanly on SIGTERM.',
    'Without --passphrase-file it is served sealed: sys/init makes the vault, sys/unseal opens it.',
    'With --tls, the line has the fingerprint of the certificate too: clients pin it.',
    '--dev serves an empty vault in memory, unsealed, with KV at secret/; it is gone at the end.',
  ].join('\n'),
  options: {
    vault: { type: 'string', value: 'DIR', help: 'the folder of the vault' },
    'passphrase-file': { type: 'string', value: 'FILE', help: 'a file whose one line is the passphrase' },
    listen: {
      type: 'string',
      value: 'HOST:PORT',
      help: `where to listen (default: ${DEFAULT_LISTEN}, else the next free port)`,
    },
    socket: {
      type: 'string',
      value: 'PATH',
      help: 'the local socket (default: in the runtime folder of this user)',
    },
    ...TLS_OPTIONS,
    ...RATE_OPTIONS,
    backups: {
      type: 'string',
      value: 'DIR',
      help: 'where a backup a day is kept (default: DIR.backups beside the vault; "none" for none)',
    },
    'accept-restored': {
      type: 'boolean',
      help: 'confirm a vault that was restored, put back or copied here: it is at home here from now on',
    },
    'read-only-damaged': {
      type: 'boolean',
      help: 'where a file of the vault is damaged: serve what was stored before the damage, to be read only',
    },
    dev: { type: 'boolean', help: 'an empty vault in memory, for trying things' },
    'dev-root-token-id': { type: 'string', value: 'TOKEN', help: 'the root token of --dev' },
    'dev-kv-version': { type: 'string', value: '1|2', help: 'the version of KV at secret/ of --dev' },
  },
  positionals: { min: 0, max: 0 },
  async run(invocation) {
    const { surroundings } = invocation;
    const overTls = asksForTls(invocation);
    const listen = parseListenAddress(optionText(invocation, 'listen') ?? DEFAULT_LISTEN, overTls);
    const ports = systemPorts(surroundings);
    const shown = overTls ? await openIdentity(invocation, listen, ports.clock.now()) : undefined;
    const paths = runtimePaths(surroundings);
    const chosen = optionText(invocation, 'socket');
    if (chosen === undefined) await ensureRuntimeFolder(paths.folder, surroundings);

    const ended = untilTold();
    const { keywarden, vault, rootToken } = await openOne(invocation, ports);
    const socketPath = chosen === undefined ? paths.socketPath : resolve(chosen);
    const served = await serve({
      keywarden,
      vault,
      listen,
      tls: shown?.identity,
      allowedHosts: optionTexts(invocation, 'allow-host'),
      socketPath,
      rates: await readRates(invocation),
      ports,
    });
    // Whoever holds the socket of this user is the one that kw finds; the address goes with it.
    const found = served.socketPath === paths.socketPath;
    try {
      if (found) await leaveAddress(paths, served.address);
      const ready = {
        event: 'ready',
        address: served.address,
        fingerprint: shown?.fingerprint,
        root_token: rootToken,
        read_only: keywarden?.quarantine ? true : undefined,
      };
      surroundings.stdout.write(`${JSON.stringify(ready)}\n`);
      await ended;
    } finally {
      if (found) await rm(paths.addressPath, { force: true });
      await served.close();
    }
    return 0;
  },
};

/** Serves, or leaves no vault open behind. */
async function serve(options: Parameters<typeof serveKeywarden>[0]): Promise<ServedKeywarden> {
  const { serveKeywarden } = await import('../../serve-keywarden.ts');
  try {
    return await serveKeywarden(options);
  } catch (error) {
    await options.keywarden?.close();
    throw error;
  }
}

/** Written beside and renamed: nobody reads half an address. */
async function leaveAddress({ addressPath }: RuntimePaths, address: string | undefined): Promise<void> {
  await writeFile(`${addressPath}.new`, `${address ?? ''}\n`, { mode: 0o600 });
  await rename(`${addressPath}.new`, addressPath);
}

async function openOne(invocation: Invocation, ports: CorePorts) {
  const { openDevKeywarden, openKeywarden } = await import('../../keywarden.ts');
  const { defaultBackupFolder } = await import('../../vault/backup-folder.ts');
  if (optionFlag(invocation, 'dev')) {
    const version = optionText(invocation, 'dev-kv-version') ?? '2';
    if (version !== '1' && version !== '2') {
      throw new KeywardenError('usage', '--dev-kv-version takes 1 or 2.');
    }
    if (
      optionText(invocation, 'vault') !== undefined ||
      optionText(invocation, 'passphrase-file') !== undefined
    ) {
      throw new KeywardenError(
        'usage',
        '--dev has no vault on disk: leave out --vault and --passphrase-file.',
      );
    }
    const given = optionText(invocation, 'dev-root-token-id');
    const keywarden = await openDevKeywarden({
      ports,
      kvVersion: version === '1' ? 1 : 2,
      ...(given !== undefined && { rootToken: given }),
    });
    return { keywarden, vault: undefined, rootToken: keywarden.rootToken };
  }
  const directory = resolve(requiredText(invocation, 'vault'));
  const place = await herePlace(invocation.surroundings);
  const chosen = optionText(invocation, 'backups') ?? defaultBackupFolder(directory);
  const backups = chosen === 'none' ? undefined : resolve(chosen);
  const readDamaged = optionFlag(invocation, 'read-only-damaged');
  const vault = { directory, ports, place, backups, readDamaged };
  const file = optionText(invocation, 'passphrase-file');
  // sys/init and sys/unseal open it.
  if (file === undefined) return { keywarden: undefined, vault, rootToken: undefined };
  const passphrase = await revealPassphrase(file, invocation.surroundings);
  try {
    const opened = await openKeywarden({ ...vault, passphrase }).catch(withWayOn);
    if (opened.quarantine?.damage !== undefined) {
      tell(invocation.surroundings, `${describeQuarantine(opened.quarantine)} ${WAY_ON}`);
    }
    const accepted = optionFlag(invocation, 'accept-restored');
    return { keywarden: await confirmedOnly(opened, accepted), vault, rootToken: undefined };
  } finally {
    passphrase.fill(0);
  }
}

const WAY_ON = 'Nothing in the folder is changed. To go on working, restore a backup: kw restore.';

/** Says of a damaged vault what can be done about it. */
function withWayOn(error: unknown): never {
  if (!(error instanceof KeywardenError) || error.code !== 'vault-damaged') throw error;
  const words = `${error.message} What was stored before the damage can be read: kw serve --read-only-damaged. ${WAY_ON}`;
  throw new KeywardenError('vault-damaged', words, { cause: error });
}

/** Resolves when the terminal or a service manager wants us to end. */
function untilTold(): Promise<unknown> {
  const told = new AbortController();
  const { signal } = told;
  return Promise.race([once(process, 'SIGTERM', { signal }), once(process, 'SIGINT', { signal })]).finally(
    () => told.abort(),
  );
}
