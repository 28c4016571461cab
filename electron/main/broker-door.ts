import { rename, rm, writeFile } from 'node:fs/promises';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { IpcOutput } from '../../shared/ipc/contract.ts';
import type { RuntimePaths } from '../../shared/model/runtime-paths.ts';
import type { Broker } from '../broker/broker.ts';
import type { Log } from '../core/ports.ts';

/** The broker's two doors, and what the status bar says about them. */
export interface BrokerDoor {
  status(serving: boolean): IpcOutput<'app.status'>['broker'];
  address(): string | null;
  /** Opens the doors; failing is told in `status`, it does not keep the desktop from starting. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the broker, and leaves its address in the user's runtime folder for `kw`. */
export function createBrokerDoor(options: {
  readonly start: () => Promise<Broker>;
  readonly paths: RuntimePaths;
  readonly log: Log;
}): BrokerDoor {
  const { addressPath } = options.paths;
  let running: Broker | undefined;
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
        running = await options.start();
        // Whoever holds the socket owns the folder: a second broker of this user is found by its address alone.
        if (running.socketPath !== undefined && running.address !== undefined) {
          await writeFile(`${addressPath}.new`, `${running.address}\n`, { mode: 0o600 });
          await rename(`${addressPath}.new`, addressPath);
        }
      } catch (thrown) {
        problem =
          thrown instanceof KeywardenError
            ? thrown.message
            : 'The broker could not open its doors on this machine.';
        options.log('error', 'broker.not-started');
      }
    },
    async close() {
      const closing = running;
      running = undefined;
      if (closing?.socketPath !== undefined) await rm(addressPath, { force: true });
      await closing?.close();
    },
  };
}
