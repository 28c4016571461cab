import { createHash } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A machine-wide name that this process alone holds. The kernel frees it when the process dies, however it dies. */
export interface NameHold {
  release(): Promise<void>;
}

/** Holds the name that stands for `what`, or returns undefined where another process holds it. */
export async function holdName(what: string): Promise<NameHold | undefined> {
  const address = socketAddress(createHash('sha256').update(what).digest('hex').slice(0, 32));
  const server = createServer((socket) => socket.destroy());
  if (!(await listens(server, address))) {
    // A socket in the file system outlives its process: nobody answers behind a stale one.
    const inFileSystem = process.platform !== 'linux' && process.platform !== 'win32';
    if (!inFileSystem || (await answers(address))) return undefined;
    await unlink(address);
    if (!(await listens(server, address))) return undefined;
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function socketAddress(name: string): string {
  switch (process.platform) {
    case 'linux':
      return `\0keywarden-vault-${name}`;
    case 'win32':
      return `\\\\.\\pipe\\keywarden-vault-${name}`;
    default:
      return join(tmpdir(), `keywarden-vault-${name}.sock`);
  }
}

function listens(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(address, () => {
      server.on('error', () => {}); // What goes wrong with a caller is no matter of the name.
      resolve(true);
    });
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}
