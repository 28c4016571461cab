import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { crlNumber, HOUR, openPkiWorld, type PkiWorld, refused } from './pki-world.ts';

let world: PkiWorld;
beforeEach(async () => {
  world = await openPkiWorld();
});

const kept = async () => (await world.ask('list', 'pki/certs')).keys as string[];
/** Lets time go by, and what it begins be done. */
async function pass(hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour += 1) {
    world.clock.advance(HOUR);
    for (let rest = 0; rest < 5; rest += 1) await setImmediate();
  }
}

describe('certificates that are over', () => {
  it('are forgotten by themselves three days later, revoked or not, and not before', async () => {
    const [root] = await kept();
    const [made, revoked] = [await world.issue(), await world.issue()];
    await world.write('pki/revoke', { serial_number: revoked.serial_number });
    await pass(72);
    expect(await kept()).toHaveLength(3);
    await pass(2);
    expect(await kept()).toEqual([root]);
    await expect(world.read(`pki/cert/${made.serial_number}`)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('cost one record for many, at most every twelve hours', async () => {
    for (let count = 0; count < 12; count += 1) {
      await world.issue();
      world.clock.advance(HOUR / 2);
    }
    const settled = async () => (await world.vault.readRecords({ operation: 'settle' })).records.length;
    const before = await settled();
    await pass(100);
    expect(await kept()).toHaveLength(1);
    expect((await settled()) - before).toBeLessThanOrEqual(2);
  });

  it('stay on the list for as long as somebody may ask for them, and leave it without a new signature', async () => {
    const made = await world.issue();
    await world.write('pki/revoke', { serial_number: made.serial_number });
    await pass(70);
    const before = await world.crl();
    expect(await world.revoked()).toEqual([made.serial_number]);
    await pass(5);
    expect(await kept()).toHaveLength(1);
    const after = await world.crl();
    expect(after.entries).toHaveLength(0);
    expect(crlNumber(after)).toBe(crlNumber(before) + 1);
    await world.issue();
    await pass(1);
    expect(crlNumber(await world.crl())).toBe(crlNumber(after));
  });

  it('are kept where somebody says so, and for as long as they say', async () => {
    await world.write('pki/config/auto-tidy', { enabled: false });
    await world.issue();
    await pass(100);
    expect(await kept()).toHaveLength(2);
    const settings = { enabled: true, safety_buffer: '200h', interval_duration: '1h' };
    expect(await world.write('pki/config/auto-tidy', settings)).toEqual({
      enabled: true,
      interval_duration: 3600,
      tidy_cert_store: true,
      tidy_revoked_certs: true,
      safety_buffer: 720_000,
    });
    await pass(99);
    expect(await kept()).toHaveLength(2);
    await pass(5);
    expect(await kept()).toHaveLength(1);
    await expect(world.write('pki/config/auto-tidy', { interval_duration: '1s' })).rejects.toMatchObject(
      refused('a minute or more'),
    );
  });
});

describe('a list of revoked certificates', () => {
  it('costs the ledger the same however long it is', async () => {
    await world.write('pki/roles/web', { allow_any_name: true, key_type: 'ec', ttl: '48h' });
    const bytesOf = async (): Promise<number> => {
      const made = await world.issue();
      await world.crl();
      const before = await size();
      await world.write('pki/revoke', { serial_number: made.serial_number });
      await world.crl();
      return (await size()) - before;
    };
    const size = async () => {
      let bytes = 0;
      let cursor: string | undefined;
      do {
        const page = await world.vault.readRecords({ limit: 1000, ...(cursor ? { cursor } : {}) });
        bytes += JSON.stringify(page.records).length;
        cursor = page.cursor;
      } while (cursor !== undefined);
      return bytes;
    };
    const first = await bytesOf();
    for (let count = 0; count < 200; count += 1) {
      const { serial_number } = await world.issue();
      await world.write('pki/revoke', { serial_number });
    }
    const later = await bytesOf();
    expect((await world.crl()).entries).toHaveLength(202);
    expect(later).toBeLessThan(first + 50);
    expect(later).toBeLessThan(1500);
  });
});
