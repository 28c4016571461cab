import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sshEngine } from '../../electron/engines/ssh/ssh-engine.ts';
import { manualClock } from '../support/manual-clock.ts';
import { openMemoryCore } from '../support/memory-core.ts';
import { hasSshd, startSshd, type TestSshd } from '../support/sshd.ts';
import { didNotRun } from './compat/run-python.ts';

/** It stands still: certificates begin and end where the tests say. */
const clock = manualClock(Date.now());
type Data = Readonly<Record<string, string>>;

async function openAuthority(keyType: string, more: Record<string, unknown> = {}) {
  const core = (await openMemoryCore([sshEngine], clock)).start();
  const write = async (path: string, data: Record<string, unknown>): Promise<Data> =>
    (await core.ask('update', path, data)).envelope?.data as Data;
  await write('sys/mounts/ssh', { type: 'ssh' });
  await write('ssh/config/ca', { key_type: keyType, ...more });
  await write('ssh/roles/hosts', {
    key_type: 'ca',
    allow_host_certificates: true,
    allowed_domains: 'example.com',
    allow_subdomains: true,
    ttl: '1h',
  });
  await write('ssh/roles/people', {
    key_type: 'ca',
    allow_user_certificates: true,
    allowed_users: '*',
    default_extensions: { 'permit-pty': '' },
    allowed_critical_options: 'force-command',
    ttl: '1h',
  });
  const { raw } = await core.ask('read', 'ssh/public_key');
  return {
    write,
    publicKey: Buffer.from(raw?.bytes ?? [])
      .toString()
      .trim(),
  };
}

if (!hasSshd) {
  didNotRun('sshd', 'openssh-server openssh-client');
} else {
  describe.each([
    ['ed25519', {}],
    ['ssh-rsa', { key_bits: 2048 }],
    ['ecdsa-sha2-nistp256', {}],
    ['ecdsa-sha2-nistp521', {}],
  ])('certificates of an authority with a key of type %s, at a real sshd', (keyType, more) => {
    let sshd: TestSshd;
    let authority: Awaited<ReturnType<typeof openAuthority>>;
    let known: string;
    beforeAll(async () => {
      authority = await openAuthority(keyType, more);
      const host = await authority.write('ssh/issue/hosts', {
        cert_type: 'host',
        key_type: 'ed25519',
        valid_principals: 'web.example.com',
      });
      known = `@cert-authority *.example.com ${authority.publicKey}\n`;
      sshd = await startSshd({
        hostKey: host['private_key'] ?? '',
        hostCertificate: host['signed_key'] ?? '',
        userAuthority: `${authority.publicKey}\n`,
      });
    });
    afterAll(() => sshd?.close());

    const login = (key: Data, more: { alias?: string; known?: string } = {}) =>
      sshd.login({
        privateKey: key['private_key'] ?? '',
        certificate: key['signed_key'] ?? '',
        knownHosts: more.known ?? known,
        alias: more.alias ?? 'web.example.com',
      });
    const issue = (data: Record<string, unknown> = {}) =>
      authority.write('ssh/issue/people', { key_type: 'ed25519', valid_principals: sshd.user, ...data });

    it.each(['ed25519', 'rsa', 'ec'])('let in whom they name, with a key of type %s', async (type) => {
      expect(await login(await issue({ key_type: type }))).toBe('let in');
    });

    it('run nothing but the command that they allow', async () => {
      const key = await issue({ critical_options: { 'force-command': 'echo only this' } });
      expect(await login(key)).toBe('only this');
    });

    it('let in nobody else', async () => {
      await expect(login(await issue({ valid_principals: 'somebody-else' }))).rejects.toThrow(
        'Permission denied',
      );
    });

    it('prove the host to the client, and only that host', async () => {
      const key = await issue();
      await expect(login(key, { alias: 'mail.example.com' })).rejects.toThrow(/verification failed/i);
      const stranger = (await openAuthority('ed25519')).publicKey;
      const foreign = `@cert-authority *.example.com ${stranger}\n`;
      await expect(login(key, { known: foreign })).rejects.toThrow(/verification failed/i);
    });

    // The clock of the server is nobody's to drive, so that this is waited for once.
    if (keyType !== 'ed25519') return;
    it('are refused when their time is over', async () => {
      const seconds = 8;
      clock.advance(Date.now() - clock.now());
      const key = await issue({ ttl: seconds });
      const ends = Math.floor(clock.now() / 1000) * 1000 + seconds * 1000;
      expect(await login(key)).toBe('let in');
      const tried = async () => {
        const outcome = await login(key).then(
          () => 'let in',
          () => 'refused',
        );
        return outcome === 'refused' && Date.now() >= ends;
      };
      await expect.poll(tried, { timeout: 30_000, interval: 200 }).toBe(true);
      expect(sshd.log()).toContain('Certificate invalid: expired');
    });
  });

  it('an authority comes from ssh-keygen, and certificates are what ssh-keygen reads in them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keywarden-ssh-'));
    const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { cwd: folder, encoding: 'utf8' });
    try {
      for (const type of ['ed25519', 'rsa', 'ecdsa']) {
        keygen('-q', '-t', type, '-N', '', '-C', 'me', '-f', type);
        const text = (name: string) => readFileSync(join(folder, name), 'utf8');
        const authority = await openAuthority('', {
          private_key: text(type),
          public_key: text(`${type}.pub`),
        });
        expect(authority.publicKey).toBe(text(`${type}.pub`).replace(' me', '').trim());
        const { signed_key: signed = '', serial_number: serial = '' } = await authority.write(
          'ssh/sign/people',
          {
            public_key: text('ed25519.pub'),
            valid_principals: 'ann,bob',
          },
        );
        execFileSync('tee', [join(folder, 'read-cert.pub')], { input: signed });
        const read = keygen('-L', '-f', 'read-cert.pub');
        expect(read).toContain(`Serial: ${BigInt(`0x${serial}`)}`);
        expect(read).toMatch(/Principals:\s+ann\s+bob/);
        expect(read).toMatch(/Extensions:\s+permit-pty/);
        expect(read).toContain('Key ID: "keywarden-');
        // And what we write, it reads.
        const issued = await authority.write('ssh/issue/people', {
          key_type: type.replace('dsa', ''),
          valid_principals: 'ann',
        });
        execFileSync('tee', [join(folder, 'issued')], { input: issued['private_key'] });
        execFileSync('chmod', ['600', join(folder, 'issued')]);
        expect(keygen('-y', '-f', 'issued').split(' ')[0]).toContain(type === 'ecdsa' ? 'ecdsa' : type);
      }
      keygen('-q', '-t', 'ed25519', '-N', 'secret', '-f', 'locked');
      const locked = openAuthority('', { private_key: readFileSync(join(folder, 'locked'), 'utf8') });
      await expect(locked).rejects.toThrow('passphrase');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
