import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../../shared/model/envelope.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';
import { openMemoryCore } from '../../support/memory-core.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { openTap, type Tap } from '../../support/tap.ts';
import type { DynamicTarget, StartedTarget } from './dynamic-target.ts';

/** More steps than any target takes to make or end a user: a guard against a loop that never ends. */
const MOST_STEPS = 80;

interface LeaseState {
  readonly state: string;
  readonly reason: string | null;
  readonly proof: string | null;
}

interface Report {
  readonly adopted: readonly string[];
  readonly reaped: readonly string[];
  readonly reopened: readonly string[];
  readonly prolonged: readonly string[];
  readonly findings: readonly { readonly name: string; readonly words: string }[];
}

/** What every engine of dynamic credentials promises, kept against its real server through the whole pipeline. */
export function keepPromises(target: DynamicTarget): void {
  describe(`${target.name} keeps the promises of dynamic credentials`, () => {
    let server: StartedTarget;
    let tap: Tap;
    let clock: ManualClock;
    let opened: Awaited<ReturnType<typeof openMemoryCore>>;
    let core: ReturnType<typeof opened.start>;

    beforeAll(async () => {
      server = await target.start();
      tap = await openTap(server.port);
      clock = manualClock();
      opened = await openMemoryCore([target.engine], clock);
      core = opened.start();
      await core.start();
      await server.configure(core.ask, tap.port);
    });
    afterAll(async () => {
      await core?.stop();
      await tap?.close();
      await server?.close();
    });

    const issue = async (data: Record<string, unknown> = {}) => {
      const envelope = (await core.ask('read', target.credsPath, data)).envelope as Envelope;
      const { username, password } = envelope.data as { username: string; password: string };
      return { lease: envelope.lease_id, duration: envelope.lease_duration, username, password };
    };
    const revoke = (lease: string) => core.ask('update', 'sys/leases/revoke', { lease_id: lease });
    const leaseState = (id: string) =>
      opened.vault.turn((turn) =>
        turn.db.get<LeaseState>('SELECT state, reason, proof FROM leases WHERE id = ?', id),
      );
    const leasesIn = (...states: string[]) =>
      opened.vault.turn((turn) =>
        turn.db
          .all<{ id: string; state: string }>('SELECT id, state FROM leases')
          .filter(({ state }) => states.includes(state)),
      );
    /** Waits for something to become so, while vault time goes on: what failed is tried again. */
    const until = async (what: string, holds: () => Promise<boolean>, step = 1000) => {
      for (let look = 0; look < 1000; look += 1) {
        if (await holds()) return;
        clock.advance(step);
        await pause(10);
      }
      const left = await opened.vault.turn((turn) =>
        turn.db.all("SELECT state, attempts, reason FROM leases WHERE state NOT IN ('dead', 'active')"),
      );
      throw new Error(`still not so: ${what}; ${JSON.stringify({ left, users: await server.users() })}`);
    };
    const allOver = () =>
      until('every lease is dead and proven, and no user is left', async () => {
        const left = await leasesIn('pending', 'active', 'ending');
        return left.length === 0 && (await server.users()).length === 0;
      });
    const expectShut = async (username: string, password: string) => {
      await expect(server.login(username, password)).rejects.toThrow();
      expect(await server.users()).not.toContain(username);
    };

    it('a credential opens the door as soon as it is told, for as long as it says', async () => {
      const { username, password, duration, lease } = await issue();
      expect(duration).toBe(3600);
      expect(username).toMatch(/^[A-Za-z0-9_.-]{1,63}$/);
      await (await server.login(username, password)).close();
      expect(await leaseState(lease)).toMatchObject({ state: 'active' });
      await revoke(lease);
    });

    it('no two credentials are alike', async () => {
      const all = await Promise.all(Array.from({ length: 8 }, () => issue()));
      expect(new Set(all.map(({ username }) => username)).size).toBe(8);
      expect(new Set(all.map(({ password }) => password)).size).toBe(8);
      for (const { username, password } of all) await (await server.login(username, password)).close();
      await Promise.all(all.map(({ lease }) => revoke(lease)));
      expect(await server.users()).toEqual([]);
    });

    it('revoked, it is dead before the answer: no user, no session, no login, and the proof is kept', async () => {
      const { lease, username, password } = await issue();
      const sessions = [await server.login(username, password), await server.login(username, password)];
      expect(await revoke(lease)).toMatchObject({ status: 204 });
      await Promise.all(sessions.map(({ ended }) => ended));
      await expectShut(username, password);
      const { state, proof } = (await leaseState(lease)) as LeaseState;
      expect(state).toBe('dead');
      expect(JSON.parse(proof ?? '[]')).toContain(target.refused);
    });

    it('revoked twice, it is dead once and nothing else happens', async () => {
      const { lease } = await issue();
      const other = await issue();
      await Promise.all([revoke(lease), revoke(lease)]);
      expect(await revoke(lease)).toMatchObject({ status: 204 });
      await (await server.login(other.username, other.password)).close();
      await revoke(other.lease);
    });

    it('renewed, it lives on; unrenewed, it ends at its deadline without anybody asking', async () => {
      const [renewed, left] = [await issue({ ttl: '60' }), await issue({ ttl: '60' })];
      const session = await server.login(left.username, left.password);
      const { envelope } = await core.ask('update', 'sys/leases/renew', {
        lease_id: renewed.lease,
        increment: 1800,
      });
      expect((envelope as Envelope).lease_duration).toBe(1800);
      clock.advance(61_000);
      await until(
        'the one that was not renewed is dead',
        async () => (await leaseState(left.lease))?.state === 'dead',
        10,
      );
      await session.ended;
      await expectShut(left.username, left.password);
      await (await server.login(renewed.username, renewed.password)).close();
      await revoke(renewed.lease);
      await expectShut(renewed.username, renewed.password);
    });

    it('removed by somebody else, it is dead and proven all the same', async () => {
      const { lease, username } = await issue();
      await server.removeByHand(username);
      expect(await revoke(lease)).toMatchObject({ status: 204 });
      expect(await leaseState(lease)).toMatchObject({ state: 'dead' });
    });

    it('when the client leaves while it is made, nothing of it stays', async () => {
      const leaving = new AbortController();
      const frozen = tap.freezeAt(2, 'after');
      const asked = core.ask('read', target.credsPath, {}, { signal: leaving.signal }).catch(() => {});
      await frozen;
      leaving.abort();
      await tap.thaw();
      await asked;
      await allOver();
    });

    it.each(['before', 'after'] as const)(
      'killed at any step of making it (%s something is sent), the next process leaves nothing of it',
      async (when) => {
        let step = 1;
        for (; step < MOST_STEPS; step += 1) {
          const frozen = tap.freezeAt(step, when).then(() => 'frozen' as const);
          const asked = issue().catch(() => 'refused' as const);
          const first = await Promise.race([frozen, asked]);
          if (first === 'refused') throw new Error(`refused before step ${step}`);
          if (first !== 'frozen') {
            await tap.thaw();
            await revoke(first.lease);
            break;
          }
          await nextProcess();
          await allOver();
        }
        expect(step).toBeGreaterThan(3);
        expect(step).toBeLessThan(MOST_STEPS);
      },
    );

    it.each(['before', 'after'] as const)(
      'killed at any step of ending it (%s something is sent), the next process brings it to its proof',
      async (when) => {
        let step = 1;
        for (; step < MOST_STEPS; step += 1) {
          const { lease, username, password } = await issue();
          const session = await server.login(username, password);
          const frozen = tap.freezeAt(step, when).then(() => 'frozen' as const);
          const first = await Promise.race([frozen, revoke(lease)]);
          if (first === 'frozen') await nextProcess();
          else await tap.thaw();
          await until('it is dead', async () => (await leaseState(lease))?.state === 'dead');
          await session.ended;
          await expectShut(username, password);
          if (first !== 'frozen') break;
        }
        expect(step).toBeGreaterThan(3);
        expect(step).toBeLessThan(MOST_STEPS);
        await allOver();
      },
    );

    it('another server at the same address proves nothing', async () => {
      const { lease, username, password } = await issue();
      const other = await target.start();
      try {
        tap.leadTo(other.port);
        let answered = false;
        const asked = revoke(lease).finally(() => {
          answered = true;
        });
        const refused = expect(asked).rejects.toMatchObject({ code: 'revocation-pending' });
        await until('the revoke is answered', async () => answered);
        await refused;
        await until('the reason is told', async () =>
          /another server answers/.test((await leaseState(lease))?.reason ?? ''),
        );
        await (await server.login(username, password)).close();
      } finally {
        tap.leadTo(server.port);
        await other.close();
      }
      await until('it is dead', async () => (await leaseState(lease))?.state === 'dead');
      await expectShut(username, password);
    });

    describe('reconciled', () => {
      /** Of the same seed: the same vault, as it was when its backup was made. */
      const openVault = async (seed: string) => {
        const vault = await openMemoryCore([target.engine], manualClock(), seededRandom(seed));
        const its = vault.start();
        await server.configure(its.ask, server.port);
        const reconcile = async () =>
          ((await its.ask('update', target.reconcilePath)).envelope as Envelope).data as unknown as Report;
        const issueThere = async (data: Record<string, unknown> = {}) => {
          const envelope = (await its.ask('read', target.credsPath, data)).envelope as Envelope;
          const { username, password } = envelope.data as { username: string; password: string };
          return { lease: envelope.lease_id, username, password };
        };
        const leases = () =>
          vault.vault.turn((turn) =>
            turn.db.all<{ id: string; state: string; expiresAt: number }>(
              'SELECT id, state, expires_at AS expiresAt FROM leases',
            ),
          );
        return { ...its, vault: vault.vault, reconcile, issue: issueThere, leases };
      };

      it('a restored backup adopts what it does not know, and ends it with a proof like its own', async () => {
        const original = await openVault('a vault');
        const { lease, username, password } = await original.issue({ ttl: '60' });
        await original.ask('update', 'sys/leases/renew', { lease_id: lease, increment: 1800 });
        await original.stop();
        const backup = await openVault('a vault');
        const began = await backup.vault.turn((turn) => turn.now);
        const { adopted, findings } = await backup.reconcile();
        expect(findings).toEqual([]);
        expect(adopted).toHaveLength(1);
        // The renewal moved what the target says.
        const [known] = await backup.leases();
        expect((known?.expiresAt ?? 0) - began).toBeGreaterThan(1_700_000);
        expect((await backup.reconcile()).adopted).toEqual([]);
        const session = await server.login(username, password);
        await backup.ask('update', 'sys/leases/revoke', { lease_id: adopted[0] });
        await session.ended;
        await expectShut(username, password);
        await backup.stop();
      });

      it('what is overdue by the target’s clock, and unknown, is ended and proven', async () => {
        const original = await openVault('an overdue vault');
        const { username, password } = await original.issue({ ttl: '1' });
        const due = Date.now() + 2_100;
        await original.stop();
        const backup = await openVault('an overdue vault');
        while (Date.now() < due) await pause(20);
        const { reaped, adopted } = await backup.reconcile();
        expect(adopted).toEqual([]);
        expect(reaped).toHaveLength(1);
        for (let look = 0; look < 500; look += 1) {
          if ((await backup.leases()).every(({ state }) => state === 'dead')) break;
          await pause(20);
        }
        expect((await backup.leases()).map(({ state }) => state)).toEqual(['dead']);
        await expectShut(username, password);
        await backup.stop();
      });

      it('a forged or copied mark is a finding and nothing else', async () => {
        const vault = await openVault('a marked vault');
        const { lease, username } = await vault.issue();
        await server.plantMark(username, 'kw-copied', 'copied');
        await server.plantMark(username, 'kw-forged', 'overdue');
        const { findings, ...done } = await vault.reconcile();
        expect(findings.map(({ name }) => name).sort()).toEqual(['kw-copied', 'kw-forged']);
        for (const { words } of findings) expect(words).toMatch(/left alone/);
        expect(done).toEqual({ adopted: [], reaped: [], reopened: [], prolonged: [] });
        expect(await vault.leases()).toHaveLength(1);
        await vault.ask('update', 'sys/leases/revoke', { lease_id: lease });
        await server.removeByHand('kw-copied');
        await server.removeByHand('kw-forged');
        await vault.stop();
      });
    });

    describe('while its server is down', () => {
      let revoked: Awaited<ReturnType<typeof issue>>;
      let expiring: Awaited<ReturnType<typeof issue>>;
      beforeAll(async () => {
        revoked = await issue();
        expiring = await issue({ ttl: '60' });
        await server.stop();
      });

      it('its end is not claimed: the revoke says that it is not done, and why', async () => {
        let answered = false;
        const asked = revoke(revoked.lease).finally(() => {
          answered = true;
        });
        const refused = expect(asked).rejects.toMatchObject({ code: 'revocation-pending' });
        await until('the revoke is answered', async () => answered);
        await refused;
        expect(await leaseState(revoked.lease)).toMatchObject({
          state: 'ending',
          reason: expect.stringMatching(/./),
        });
      });

      it('asked for, it is refused with a reason', async () => {
        await expect(issue()).rejects.toMatchObject({ code: 'target-unavailable' });
      });

      it('one whose whole life is over meanwhile is neither alive nor said to be dead', async () => {
        clock.advance(86_400_000);
        await until('it is ending', async () => (await leaseState(expiring.lease))?.state === 'ending', 10);
      });

      it('all of them are proven dead once it is back, and nothing stays', async () => {
        await server.restart();
        for (const { lease } of [revoked, expiring]) {
          await until('it is dead', async () => (await leaseState(lease))?.state === 'dead');
        }
        for (const { username, password } of [revoked, expiring]) await expectShut(username, password);
        await allOver();
      });
    });

    /** The process dies as it is; another one opens the same vault. */
    async function nextProcess(): Promise<void> {
      core.kill();
      await tap.thaw();
      core = opened.start();
      await core.start();
    }
  });
}
