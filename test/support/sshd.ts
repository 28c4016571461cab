import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './server-home.ts';

const SSHD = '/usr/sbin/sshd';
/** sshd wants it where it runs as root, and Debian makes it only where sshd is a service. */
const PRIVILEGE_SEPARATION = '/run/sshd';

/** Whether OpenSSH's server is on this machine. */
export const hasSshd = existsSync(SSHD);

/** A real OpenSSH server of whoever runs the tests, on the loopback, that lets in certificates of one authority alone. */
export interface TestSshd {
  readonly user: string;
  readonly port: number;
  readonly folder: string;
  /** Makes a file, 0600. */
  file(name: string, text: string): string;
  /** Logs in and runs a command; rejects with what ssh said. The host is asked for by `alias`. */
  login(options: LoginOptions): Promise<string>;
  /** What the server has written so far. */
  log(): string;
  close(): Promise<void>;
}

/** How one login is tried. */
export interface LoginOptions {
  readonly privateKey: string;
  readonly certificate: string;
  readonly knownHosts: string;
  readonly alias: string;
  readonly command?: string;
}

/** Starts it with a host key and its certificate; `userAuthority` is the public key that signs users. */
export async function startSshd(keys: {
  readonly hostKey: string;
  readonly hostCertificate: string;
  readonly userAuthority: string;
}): Promise<TestSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'keywarden-sshd-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const port = await freePort();
  const user = userInfo().username;
  if (userInfo().uid === 0) mkdirSync(PRIVILEGE_SEPARATION, { recursive: true, mode: 0o755 });
  const config = file(
    'sshd_config',
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host', keys.hostKey)}`,
      `HostCertificate ${file('host-cert.pub', keys.hostCertificate)}`,
      `TrustedUserCAKeys ${file('user-ca.pub', keys.userAuthority)}`,
      'AuthorizedKeysFile none',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'PidFile none',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  );
  let said = '';
  const server = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  server.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await untilItListens(server, port, () => said);

  let logins = 0;
  return {
    user,
    port,
    folder,
    file,
    log: () => said,
    login({ privateKey, certificate, knownHosts, alias, command = 'echo let in' }) {
      logins += 1;
      const key = file(`id-${logins}`, privateKey);
      const args = [
        ...['-F', '/dev/null', '-p', String(port), '-i', key],
        ...options({
          CertificateFile: file(`id-${logins}-cert.pub`, certificate),
          UserKnownHostsFile: file(`known-${logins}`, knownHosts),
          GlobalKnownHostsFile: '/dev/null',
          HostKeyAlias: alias,
          StrictHostKeyChecking: 'yes',
          IdentitiesOnly: 'yes',
          IdentityAgent: 'none',
          BatchMode: 'yes',
        }),
        ...[`${user}@127.0.0.1`, command],
      ];
      return new Promise((resolve, reject) => {
        execFile('ssh', args, (error, stdout, stderr) =>
          error ? reject(new Error(stderr)) : resolve(stdout.trim()),
        );
      });
    },
    async close() {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill();
        await once(server, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function options(given: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(given).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

async function untilItListens(server: ChildProcess, port: number, said: () => string): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`sshd ended: ${said()}`);
    const socket = connect(port, '127.0.0.1');
    const answered = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answered) return;
    await delay(20);
  }
}
