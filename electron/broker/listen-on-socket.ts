import { once } from 'node:events';
import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { listen, systemCode } from './listen.ts';

/**
 * SECURITY(B1): listens on a local socket, 0600 in a folder that is the user's alone. Returns false when somebody listens
 * there already; a socket file that a dead process has left is replaced.
 */
export async function listenOnSocket(server: Server, path: string): Promise<boolean> {
  if (path.startsWith('\\\\')) {
    await listen(server, { path });
    return true;
  }
  await makeOwnFolder(dirname(path));
  try {
    await listen(server, { path });
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') {
      throw new KeywardenError('not-available', 'The broker cannot make its local socket.', { cause: error });
    }
    if (await someoneListens(path)) return false;
    await removeStaleSocket(path);
    await listen(server, { path });
  }
  await chmod(path, 0o600);
  return true;
}

async function makeOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = await lstat(folder);
  if ((mode & 0o077) !== 0 || uid !== process.getuid?.()) {
    throw new KeywardenError(
      'not-available',
      `The folder of the local socket must be yours alone (mode 0700): ${folder}`,
    );
  }
}

async function someoneListens(path: string): Promise<boolean> {
  const probe = connect({ path });
  try {
    await once(probe, 'connect');
    return true;
  } catch (error) {
    // Anything but a clear refusal may be a live listener that is busy.
    return systemCode(error) !== 'ECONNREFUSED' && systemCode(error) !== 'ENOENT';
  } finally {
    probe.destroy();
  }
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new KeywardenError('not-available', 'Where the local socket should be there is another file.');
  }
  await unlink(path);
}
