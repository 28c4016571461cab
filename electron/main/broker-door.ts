import { chmod, lstat, mkdir } from 'node:fs/promises';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { IpcOutput } from '../../shared/ipc/contract.ts';
import type { RuntimePaths } from '../../shared/model/runtime-paths.ts';
import type { Log } from '../core/ports.ts';
import type { ListenAddress } from './switches.ts';

/** A broker that listens. */
export interface RunningBroker {
  readonly address: string;
  readonly socketPath: string | null;
  close(): Promise<void>;
}

/** The broker's two doors, and what the status bar says about them. */
export interface BrokerDoor {
  status(serving: boolean): IpcOutput<'app.status'>['broker'];
  address(): string | null;
  /** Opens the doors; failing is told in `status`, it does not keep the desktop from starting. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** How many ports after the wanted one are tried. */
const NEXT_PORTS = 50;

/** Starts the broker on the wanted port or the next free one, and on the socket in the user's runtime folder. */
export function createBrokerDoor(options: {
  readonly start: (listen: ListenAddress, socketPath: string) => Promise<RunningBroker>;
  readonly listen: ListenAddress;
  readonly paths: RuntimePaths;
  readonly uid: number | undefined;
  readonly log: Log;
}): BrokerDoor {
  const { listen, paths } = options;
  let running: RunningBroker | undefined;
  let problem: string | null = null;

  return {
    status: (serving) => ({
      serving: serving && running !== undefined,
      address: running?.address ?? null,
      socketPath: running?.socketPath ?? null,
      problem,
    }),
    address: () => running?.address ?? null,
    async open() {
      try {
        await ensurePrivateFolder(paths.folder, options.uid);
        running = await startOnFreePort(listen, (address) => options.start(address, paths.socketPath));
        problem = null;
      } catch (thrown) {
        problem =
          thrown instanceof KeywardenError
            ? thrown.message
            : 'The broker could not open its doors on this machine.';
        options.log('error', 'broker.not-started', { code: codeOf(thrown) });
      }
    },
    async close() {
      const closing = running;
      running = undefined;
      await closing?.close();
    },
  };
}

async function startOnFreePort(
  wanted: ListenAddress,
  start: (listen: ListenAddress) => Promise<RunningBroker>,
): Promise<RunningBroker> {
  for (let step = 0; ; step++) {
    try {
      return await start({ ...wanted, port: wanted.port + (wanted.port === 0 ? 0 : step) });
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE' || step >= NEXT_PORTS || wanted.port === 0) throw error;
    }
  }
}

function codeOf(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return undefined;
}

/** A folder that somebody else prepared for us (below /tmp anybody may) is refused. SECURITY(B1) */
async function ensurePrivateFolder(folder: string, uid: number | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (uid === undefined) return;
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== uid) {
    throw new KeywardenError('not-available', `The folder ${folder} belongs to somebody else.`);
  }
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
}
