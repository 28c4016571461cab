import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect } from 'node:tls';
import nodeVault from 'node-vault';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TlsIdentity } from '../../electron/broker/broker.ts';
import { LIMITS } from '../../electron/broker/limits.ts';
import { fingerprintOf, makeCertificate } from '../../electron/broker/self-made-certificate.ts';
import { type KwHome, makeKwHome } from '../support/kw.ts';
import { type Door, openDoor, withData } from '../unit/broker/door.ts';

let identity: TlsIdentity;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  identity = await makeCertificate(['localhost', '127.0.0.1', 'host.internal'], Date.now());
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function open(...args: Parameters<typeof openDoor>): Promise<Door> {
  const door = await openDoor(args[0], { tls: identity, ...args[1] });
  ends.push(() => door.broker.close());
  return door;
}

function ask(
  port: number,
  path: string,
  options: object = {},
): Promise<{ status: number; text: string; reused: boolean }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, ca: identity.cert, agent: false, ...options },
      async (response) => {
        let text = '';
        for await (const part of response) text += String(part);
        resolve({ status: response.statusCode ?? 0, text, reused: asked.reusedSocket });
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

describe('a listener over TLS', () => {
  test('is trusted by whoever trusts its certificate, and says https in its address', async () => {
    const door = await open(() => withData({ a: 'b' }));
    expect(door.broker.address).toBe(`https://127.0.0.1:${door.port}`);
    expect(await ask(door.port, '/v1/a')).toMatchObject({
      status: 200,
      text: expect.stringContaining('"a":"b"'),
    });
    await expect(ask(door.port, '/v1/a', { ca: undefined })).rejects.toThrow();
  });

  test('SECURITY(B3): serves whoever shakes hands, however many strangers do not', async () => {
    const door = await open(() => withData({ a: 'b' }));
    const stuck: Socket[] = [];
    for (let count = 0; count < LIMITS.connections + 200; count += 100) {
      const some = Array.from({ length: 100 }, () => connectTcp(door.port, '127.0.0.1'));
      stuck.push(...some);
      await Promise.all(
        some.map((socket) =>
          once(
            socket.on('error', () => undefined),
            'connect',
          ),
        ),
      );
    }
    ends.push(() => {
      for (const socket of stuck) socket.destroy();
    });
    expect((await ask(door.port, '/v1/a')).status).toBe(200);
    // The answered one is gone again: nothing of it is left over.
    expect((await ask(door.port, '/v1/a')).status).toBe(200);
  });

  test('understands LIST on a connection that is kept', async () => {
    const door = await open(({ operation, path }) => withData({ operation, path }));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    ends.push(() => agent.destroy());
    const lists = [];
    for (const path of ['/v1/a', '/v1/b']) lists.push(await ask(door.port, path, { method: 'LIST', agent }));
    expect(lists.map(({ status }) => status)).toEqual([200, 200]);
    expect(lists[1]?.reused).toBe(true);
    expect(door.asked.map(({ operation, path }) => `${operation} ${path}`)).toEqual(['list a/', 'list b/']);
  });

  test('tells core the address of a client and the certificate that it holds the key of', async () => {
    const door = await open();
    const own = await makeCertificate(['ci'], Date.now());
    await ask(door.port, '/v1/with', { cert: own.cert, key: own.key });
    await ask(door.port, '/v1/without');
    const [shown, none] = door.asked;
    const { X509Certificate } = await import('node:crypto');
    expect(Buffer.from(shown?.clientCertificate ?? [])).toEqual(new X509Certificate(own.cert).raw);
    expect(shown?.remoteAddress).toBe('127.0.0.1');
    expect(none?.clientCertificate).toBeUndefined();
  });

  test('answers under the names that were added to it, and under no other', async () => {
    const door = await open(undefined, { allowedHosts: ['host.internal'] });
    expect((await ask(door.port, '/v1/a', { headers: { Host: 'host.internal:8200' } })).status).toBe(204);
    const evil = { headers: { Host: 'evil.example' }, checkServerIdentity: () => undefined };
    expect((await ask(door.port, '/v1/a', evil)).status).toBe(403);
  });

  test('is not held up by 200 clients that never finish their handshake', async () => {
    const door = await open();
    const halves: Socket[] = [];
    ends.push(() => {
      for (const socket of halves) socket.destroy();
    });
    for (let count = 0; count < 200; count += 1) {
      const socket = connectTcp({ host: '127.0.0.1', port: door.port });
      socket.on('error', () => undefined);
      halves.push(socket);
    }
    await Promise.all(halves.map((socket) => once(socket, 'connect')));
    for (const socket of halves.slice(100)) socket.write('\x16\x03\x01');
    expect((await ask(door.port, '/v1/read')).status).toBe(204);
  });

  test('says nothing to plain HTTP, nor to an old protocol', async () => {
    const door = await open();
    const plain = connectTcp({ host: '127.0.0.1', port: door.port });
    let heard = '';
    plain
      .on('error', () => undefined)
      .on('data', (bytes) => {
        heard += bytes.toString();
      });
    await once(plain, 'connect');
    plain.write('GET /v1/a HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: s\r\n\r\n');
    await once(plain, 'close');
    expect(heard).not.toContain('HTTP/1.1');
    const old = connect({
      host: '127.0.0.1',
      port: door.port,
      ca: identity.cert,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1.1',
    });
    await expect(once(old, 'secureConnect')).rejects.toThrow();
    expect(door.asked).toEqual([]);
  });
});

describe('kw serve --tls', () => {
  let home: KwHome;
  beforeAll(() => {
    home = makeKwHome();
  });
  afterAll(() => home.remove());
  const DEV = ['--dev', '--dev-root-token-id', 'root'];
  const env = { VAULT_TOKEN: 'root' };

  test('makes a certificate that stays, and tells its fingerprint, which kw pins', async () => {
    const first = await home.serve([...DEV, '--tls', '--listen', '127.0.0.1:0']);
    const pin = String(first.ready['fingerprint']);
    expect(pin).toMatch(/^[0-9a-f]{64}$/);
    const right = await home.kw(['list', 'sys/policies/acl', '--address', `${first.address}#sha256:${pin}`], {
      env,
    });
    expect(right).toMatchObject({ code: 0, stderr: '' });
    const wrong = await home.kw(
      ['list', 'sys/policies/acl', '--address', `${first.address}#sha256:${'0'.repeat(64)}`],
      { env },
    );
    expect(wrong).toMatchObject({ code: 3, stdout: '' });
    const blind = await home.kw(['list', 'sys/policies/acl', '--address', first.address], { env });
    expect(blind).toMatchObject({ code: 3, stdout: '' });
    await first.end();
    const second = await home.serve([...DEV, '--tls', '--listen', '127.0.0.1:0']);
    expect(second.ready['fingerprint']).toBe(pin);
    await second.end();
  });

  test('serves the network with a certificate of the team’s own, to an unmodified client', async () => {
    const [cert, key] = [home.file('cert.pem', identity.cert), home.file('key.pem', identity.key)];
    const args = [
      '--tls-cert',
      cert,
      '--tls-key',
      key,
      '--listen',
      '0.0.0.0:0',
      '--allow-host',
      'host.internal',
    ];
    const served = await home.serve([...DEV, ...args]);
    expect(served.ready['fingerprint']).toBe(fingerprintOf(identity.cert));
    const { port } = new URL(served.address);
    const vault = nodeVault({
      endpoint: `https://127.0.0.1:${port}`,
      token: 'root',
      requestOptions: { ca: identity.cert },
    });
    await vault.write('secret/data/a', { data: { b: 'c' } });
    expect((await vault.list('secret/metadata/')).data.keys).toEqual(['a']);
    const byCa = { ...env, VAULT_ADDR: `https://127.0.0.1:${port}`, VAULT_CACERT: cert };
    expect(await home.kw(['read', 'secret/a', '--field', 'b'], { env: byCa })).toMatchObject({
      code: 0,
      stdout: 'c',
    });
    await served.end();
  });

  test.each([
    ['half of a pair', ['--tls-cert', 'f']],
    ['files that are not there', ['--tls-cert', 'f', '--tls-key', 'g']],
    ['the network without TLS', ['--listen', '0.0.0.0:0']],
  ])('refuses %s', async (_what, args) => {
    expect(await home.kw(['serve', ...DEV, ...args])).toMatchObject({ code: 2, stdout: '' });
  });
});
