import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import { rabbitmqEngine } from '../../electron/engines/rabbitmq/rabbitmq-engine.ts';
import { openLoneEngine } from '../support/lone-engine.ts';
import { startMariaDb } from '../support/mariadb.ts';
import { startRabbitMq } from '../support/rabbitmq.ts';
import { startRedis } from '../support/redis.ts';
import { serverSuite } from '../support/server-suite.ts';
import { makeTlsAuthority, type TlsAuthority } from '../support/tls-authority.ts';

const OTHER_HOST = /certificate is for another host/;
const UNKNOWN_CA = /give (?:its CA|it) in (?:tls_ca|ca_cert)/;

let authority: TlsAuthority;
let stranger: TlsAuthority;
let client: { readonly certificate: string; readonly key: string };
beforeAll(() => {
  authority = makeTlsAuthority();
  stranger = makeTlsAuthority();
  client = authority.issue('/CN=keywarden', 'extendedKeyUsage=clientAuth');
});
afterAll(() => {
  authority?.remove();
  stranger?.remove();
});

/** A real server whose certificate can be changed, and a connection to it over TLS that logs in at once. */
interface SecureServer {
  connect(host: string, ca: string, more?: Record<string, unknown>): Promise<unknown>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** What is promised of TLS to every kind of server. */
function keepTlsPromises(open: () => Promise<SecureServer>, more?: (server: () => SecureServer) => void) {
  let server: SecureServer;
  beforeAll(async () => {
    authority.serve('IP:127.0.0.1');
    server = await open();
  });
  afterAll(() => server?.close());

  it('is accepted at an address that its certificate names, with its CA', async () => {
    await server.connect('127.0.0.1', authority.ca);
  });

  it('is refused without its CA, and with another', async () => {
    await expect(server.connect('127.0.0.1', '')).rejects.toThrow(UNKNOWN_CA);
    await expect(server.connect('127.0.0.1', stranger.ca)).rejects.toThrow(UNKNOWN_CA);
  });

  it('is refused under a name that its certificate does not have', async () => {
    await expect(server.connect('localhost', authority.ca)).rejects.toThrow(OTHER_HOST);
  });

  more?.(() => server);

  it('at an address is refused with a certificate that names hosts only, and accepted by name', async () => {
    authority.serve('DNS:localhost');
    await server.restart();
    await expect(server.connect('127.0.0.1', authority.ca)).rejects.toThrow(OTHER_HOST);
    await server.connect('localhost', authority.ca);
  });
}

serverSuite('mariadbd', 'MariaDB over TLS', () => {
  keepTlsPromises(
    async () => {
      const mariadb = await startMariaDb({ tls: authority.serve('IP:127.0.0.1') });
      const lone = await openLoneEngine(databaseEngine);
      return {
        connect: (host, ca, more = {}) =>
          lone.ask('update', 'config/main', {
            plugin_name: 'mysql-database-plugin',
            connection_url: `{{username}}:{{password}}@tcp(${host}:${mariadb.port})/?tls=true`,
            username: mariadb.user,
            password: mariadb.password,
            tls_ca: ca,
            ...more,
          }),
        async restart() {
          await mariadb.stop();
          await mariadb.start();
        },
        close: () => mariadb.close(),
        sql: mariadb.query,
      } as SecureServer;
    },
    (server) => {
      it('takes a client certificate, in two fields or in one', async () => {
        const { sql } = server() as SecureServer & { sql(text: string): Promise<unknown> };
        await sql("CREATE USER certified IDENTIFIED BY 'with a certificate' REQUIRE SUBJECT '/CN=keywarden'");
        const as = { username: 'certified', password: 'with a certificate' };
        await expect(server().connect('127.0.0.1', authority.ca, as)).rejects.toThrow(/refused the user/);
        await server().connect('127.0.0.1', authority.ca, {
          ...as,
          tls_certificate: client.certificate,
          private_key: client.key,
        });
        await server().connect('127.0.0.1', authority.ca, {
          ...as,
          tls_certificate_key: `${client.certificate}${client.key}`,
        });
      });
    },
  );
});

serverSuite('redis-server', 'Redis over TLS', () => {
  keepTlsPromises(
    async () => {
      const redis = await startRedis({ tls: authority.serve('IP:127.0.0.1') });
      const lone = await openLoneEngine(databaseEngine);
      return {
        connect: (host, ca, more = {}) =>
          lone.ask('update', 'config/main', {
            plugin_name: 'redis-database-plugin',
            host,
            port: redis.tlsPort,
            tls: true,
            username: redis.user,
            password: redis.password,
            ca_cert: ca,
            tls_certificate: client.certificate,
            private_key: client.key,
            ...more,
          }),
        async restart() {
          await redis.stop();
          await redis.start();
        },
        close: () => redis.close(),
      };
    },
    (server) => {
      it('asks for a client certificate, and is told of in words without one', async () => {
        const without = { tls_certificate: '', private_key: '' };
        await expect(server().connect('127.0.0.1', authority.ca, without)).rejects.toThrow(/certificate/);
        const strange = stranger.issue('/CN=keywarden', 'extendedKeyUsage=clientAuth');
        const wrong = { tls_certificate: strange.certificate, private_key: strange.key };
        await expect(server().connect('127.0.0.1', authority.ca, wrong)).rejects.toThrow(/certificate/);
      });
    },
  );
});

serverSuite('rabbitmq-server', 'RabbitMQ over TLS', () => {
  keepTlsPromises(async () => {
    const rabbitmq = await startRabbitMq({ tls: authority.serve('IP:127.0.0.1') });
    const lone = await openLoneEngine(rabbitmqEngine);
    return {
      connect: (host, ca) =>
        lone.ask('update', 'config/connection', {
          connection_uri: `https://${host}:${rabbitmq.tlsPort}`,
          username: rabbitmq.user,
          password: rabbitmq.password,
          tls_ca: ca,
        }),
      async restart() {
        await rabbitmq.stop();
        await rabbitmq.start();
      },
      close: () => rabbitmq.close(),
    };
  });
});

describe('a client certificate', () => {
  it('is never shown again', async () => {
    const lone = await openLoneEngine(databaseEngine);
    await lone.ask('update', 'config/main', {
      plugin_name: 'mysql-database-plugin',
      connection_url: '{{username}}:{{password}}@tcp(db.example:3306)/',
      username: 'broker',
      password: 'a password',
      tls_certificate_key: `${client.certificate}${client.key}`,
      verify_connection: false,
    });
    expect(JSON.stringify(await lone.ask('read', 'config/main'))).not.toMatch(/PRIVATE KEY|CERTIFICATE/);
  });
});
