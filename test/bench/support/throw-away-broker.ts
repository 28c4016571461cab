import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startServerProcess } from './server-process.ts';

/** A real `kw serve` over a vault on disk, in a temporary folder. */
export interface ThrowAwayBroker {
  readonly address: string;
  readonly socketPath: string;
  readonly folder: string;
  readonly rootToken: string;
  /** As of a server process. */
  cpu(): number;
  /** One request with the root token. Throws unless it was answered with 200 or 204. */
  call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

const KW = resolve('out/main/kw.js');

/** Makes a vault and serves it. */
export async function startThrowAwayBroker(): Promise<ThrowAwayBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'keywarden-bench-'));
  const vault = ['--vault', join(folder, 'vault'), '--passphrase-file', join(folder, 'passphrase')];
  writeFileSync(join(folder, 'passphrase'), 'a passphrase for a bench alone\n', { mode: 0o600 });
  const socketPath = join(folder, 'socket', 'broker.sock');
  const made = JSON.parse(execFileSync(process.execPath, [KW, 'init', ...vault, '--json']).toString());
  const server = await startServerProcess(KW, [
    'serve',
    ...vault,
    ...['--listen', '127.0.0.1:0', '--socket', socketPath, '--backups', 'none'],
    // The limit for strangers would be what is measured.
    ...['--rate-limit', '0', '--stranger-rate-limit', '0'],
  ]);
  const rootToken = String(made.root_token);
  return {
    address: server.address,
    socketPath,
    folder,
    rootToken,
    cpu: () => server.cpu(),
    async call(method, path, body) {
      const response = await fetch(`${server.address}/v1/${path}`, {
        method,
        headers: { 'X-Vault-Token': rootToken },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      return text === '' ? {} : JSON.parse(text);
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
