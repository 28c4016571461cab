import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findServerProgram, freePort, openServerHome, untilSaid } from './server-home.ts';
import type { TlsFiles } from './tls-authority.ts';

/** A real Redis on a free loopback port. */
export interface TestRedis {
  readonly port: number;
  /** Where it speaks TLS, if it does; it asks every client for a certificate there. */
  readonly tlsPort: number;
  /** The user that may everything. */
  readonly user: string;
  readonly password: string;
  /** Runs one command as that user. */
  command(name: string, ...args: string[]): Promise<unknown>;
  /** Logs in; the caller ends it. Throws what the server said. */
  login(user: string, password: string): Promise<Redis>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts one. Throws where it is not installed. Without an ACL file a restart forgets its users. */
export async function startRedis(options: { aclFile?: boolean; tls?: TlsFiles } = {}): Promise<TestRedis> {
  const program = findServerProgram('redis-server');
  if (!program) throw new Error('Redis is not installed here');
  const home = openServerHome('redis');
  const [port, tlsPort] = await Promise.all([freePort(), freePort()]);
  const password = 'superuser-of-a-test';
  let server: ChildProcess | undefined;
  const aclFile = join(home.folder, 'users.acl');
  if (options.aclFile) writeFileSync(aclFile, `user default on >${password} ~* &* +@all\n`);
  const users = options.aclFile ? ['--aclfile', aclFile] : ['--requirepass', password];

  const redis: TestRedis = {
    port,
    tlsPort,
    user: 'default',
    password,
    async command(name, ...args) {
      const client = await redis.login('default', password);
      try {
        return await client.call(name, ...args);
      } finally {
        client.disconnect();
      }
    },
    async login(username, secret) {
      const client = new Redis({
        host: '127.0.0.1',
        port,
        lazyConnect: true,
        enableReadyCheck: false,
        disableClientInfo: true,
        protocol: 2,
        retryStrategy: null,
      });
      client.on('error', () => {});
      await client.connect();
      try {
        await client.call('AUTH', username, secret);
        return client;
      } catch (error) {
        client.disconnect();
        throw error;
      }
    },
    async stop() {
      await home.end(server);
    },
    async start() {
      const storage = ['--dir', home.folder, '--save', '', '--appendonly', 'no'];
      const { tls } = options;
      const secure = tls
        ? [
            ...['--tls-port', String(tlsPort), '--tls-ca-cert-file', tls.ca],
            ...['--tls-cert-file', tls.certificate, '--tls-key-file', tls.key],
          ]
        : [];
      const network = ['--bind', '127.0.0.1', '--port', String(port), ...secure];
      server = home.run(program, [...network, ...users, ...storage]);
      await untilSaid(server, 'Ready to accept connections');
    },
    close: () => home.remove(),
  };
  await redis.start();
  return redis;
}
