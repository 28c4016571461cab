import type { ChildProcess } from 'node:child_process';
import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findServerProgram, freePort, openServerHome, untilSaid } from './server-home.ts';
import type { TlsFiles } from './tls-authority.ts';

/** A real RabbitMQ with its management API on free loopback ports. It takes seconds to start: share one in a file. */
export interface TestRabbitMq {
  /** Where the management API is. */
  readonly url: string;
  readonly amqpPort: number;
  /** Where the API speaks TLS, if it does. */
  readonly tlsPort: number;
  /** The administrator. */
  readonly user: string;
  readonly password: string;
  /** Asks the management API, as the administrator unless others are named. */
  api(
    method: string,
    path: string,
    body?: unknown,
    as?: { user: string; password: string },
  ): Promise<Response>;
  /** Everything the server logged so far. */
  log(): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts one. Throws where it is not installed. */
export async function startRabbitMq(options: { tls?: TlsFiles } = {}): Promise<TestRabbitMq> {
  const wrapper = findServerProgram('rabbitmq-server');
  const epmd = findServerProgram('epmd');
  if (!wrapper || !epmd) throw new Error('RabbitMQ is not installed here');
  // The wrapper on the path changes to a user of the system; the script under the versioned folder does not.
  const program = realpathSync('/usr/lib/rabbitmq/bin/rabbitmq-server');
  const home = openServerHome('rabbitmq');
  const [amqpPort, port, tlsPort, epmdPort, distPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const user = 'administrator';
  const password = 'superuser-of-a-test';
  const file = (name: string, text: string) => {
    writeFileSync(join(home.folder, name), text);
    return join(home.folder, name);
  };
  const env = {
    HOME: home.folder,
    RABBITMQ_NODENAME: `keywarden${port}@localhost`,
    RABBITMQ_MNESIA_BASE: join(home.folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(home.folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_CONFIG_FILE: file(
      'rabbitmq.conf',
      [
        `listeners.tcp.1 = 127.0.0.1:${amqpPort}`,
        'management.tcp.ip = 127.0.0.1',
        `management.tcp.port = ${port}`,
        `default_user = ${user}`,
        `default_pass = ${password}`,
        'collect_statistics_interval = 1000',
        ...(options.tls
          ? [
              'management.ssl.ip = 127.0.0.1',
              `management.ssl.port = ${tlsPort}`,
              `management.ssl.cacertfile = ${options.tls.ca}`,
              `management.ssl.certfile = ${options.tls.certificate}`,
              `management.ssl.keyfile = ${options.tls.key}`,
            ]
          : []),
      ].join('\n'),
    ),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', '[rabbitmq_management].'),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmdPort),
    // Then the script becomes the server, instead of staying between it and us.
    RUNNING_UNDER_SYSTEMD: '1',
    NOTIFY_SOCKET: '',
  };
  let server: ChildProcess | undefined;
  let logged = '';
  // Ours, or the server would start one that outlives it.
  home.run(epmd, ['-port', String(epmdPort), '-address', '127.0.0.1']);

  const rabbitmq: TestRabbitMq = {
    url: `http://127.0.0.1:${port}`,
    amqpPort,
    tlsPort,
    user,
    password,
    api: (method, path, body, as = { user, password }) =>
      fetch(`http://127.0.0.1:${port}/api/${path}`, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`${as.user}:${as.password}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    log: () => logged,
    async stop() {
      await home.end(server);
    },
    async start() {
      server = home.run(program, [], env);
      server.stdout?.on('data', (chunk: Buffer) => {
        logged += chunk.toString();
      });
      await untilSaid(server, 'Server startup complete');
    },
    close: () => home.remove(),
  };
  await rabbitmq.start();
  return rabbitmq;
}
