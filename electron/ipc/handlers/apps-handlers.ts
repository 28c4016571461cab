import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { APPS_METHODS, App } from '../../../shared/ipc/methods/apps-methods.ts';
import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { doorsOfPolicy, policyOfDoors } from '../../../shared/model/door.ts';
import { dataOf, listKeys, orNothing, readEach, wireInstant } from '../answer.ts';
import type { Ask, Desk } from '../desk.ts';
import { revealHandOver } from '../hand-over.ts';
import { listLeases } from '../lease-answer.ts';
import type { Handlers } from '../router.ts';

const KIND = 'hand-over';
const TOKENS_AT_ONCE = 64;
const policyName = (app: string): string => `app-${app.toLowerCase()}`;

const appRole = z.object({
  token_policies: z.array(z.string()),
  token_ttl: z.number(),
  creation_time: wireInstant,
  last_login_time: wireInstant.nullable(),
});

const token = z.object({ path: z.string(), meta: z.record(z.string(), z.string()).nullable() });

/** App identities (AppRole), each with its policy, and the hand-over of their first keycard. */
export function appsHandlers(desk: Desk): Pick<Handlers, keyof typeof APPS_METHODS> {
  const { ask, held } = desk;
  return {
    'apps.list': async () => {
      const keycards = await listLeases(ask);
      const apps = await readEach(await listKeys(ask, 'auth/approle/role'), async (name) =>
        describeApp(name, await readRole(ask, name), keycards),
      );
      return { apps };
    },

    'apps.show': async ({ name }) => {
      const role = await readRole(ask, name);
      const policyText = (await readPolicy(ask, policyName(name))) ?? '';
      const doors = doorsOfPolicy(policyText);
      const keycards = await listLeases(ask);
      return {
        app: describeApp(name, role, keycards),
        roleId: await readRoleId(ask, name),
        doors: doors ?? [],
        policyText,
        policyByHand: doors === undefined,
        tokenTtl: role.token_ttl,
        keycards: keycards.filter((card) => card.holder === name.toLowerCase()),
      };
    },

    'apps.write': async ({ name, access, tokenTtl }) => {
      const policy = 'doors' in access ? policyOfDoors(access.doors) : access.policyText;
      await ask('update', `sys/policies/acl/${policyName(name)}`, { policy });
      await ask('update', `auth/approle/role/${name}`, {
        token_policies: [policyName(name)],
        token_ttl: tokenTtl,
      });
      return describeApp(name, await readRole(ask, name), await listLeases(ask));
    },

    'apps.remove': async ({ name }) => {
      await ask('delete', `auth/approle/role/${name}`);
      await ask('delete', `sys/policies/acl/${policyName(name)}`);
      await endTokens(ask, name.toLowerCase());
      return {};
    },

    'apps.handOver': async ({ name, ttl }) => {
      const address = desk.brokerAddress();
      if (address === null) throw new KeywardenError('not-running', 'The broker does not serve right now.');
      const roleId = await readRoleId(ask, name);
      const envelope = await ask('update', `auth/approle/role/${name}/secret-id`, { num_uses: 1, ttl });
      const { secret_id: secretId } = dataOf(envelope, z.object({ secret_id: z.string() }));
      const doors = doorsOfPolicy((await readPolicy(ask, policyName(name))) ?? '') ?? [];
      const handle = held.hold(KIND, revealHandOver({ address, roleId, secretId, doors }));
      return { handle, roleId, expiresAt: desk.now() + ttl * 1000, address };
    },

    'apps.copyHandOver': async ({ handle, what }) => {
      const text = held.reveal(KIND, handle)[what];
      if (text === undefined) throw new KeywardenError('not-found');
      return { clearsAt: await desk.copy(text) };
    },
  };
}

/**
 * Ends every token of an app, and with each its keycards. A token left alive would have no policy now, but would get
 * the next one of that name.
 */
async function endTokens(ask: Ask, app: string): Promise<void> {
  const accessors = await listKeys(ask, 'auth/token/accessors');
  const failures: unknown[] = [];
  // Many at once, because what comes together is written together; and one that fails leaves no other alive.
  for (let start = 0; start < accessors.length; start += TOKENS_AT_ONCE) {
    const some = accessors.slice(start, start + TOKENS_AT_ONCE);
    for (const ended of await Promise.allSettled(some.map((accessor) => endToken(ask, accessor, app)))) {
      if (ended.status === 'rejected') failures.push(ended.reason);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function endToken(ask: Ask, accessor: string, app: string): Promise<void> {
  const found = await unlessGone(ask('update', 'auth/token/lookup-accessor', { accessor }));
  if (!found) return;
  const { path, meta } = dataOf(found, token);
  if (path !== 'auth/approle/login' || meta?.['role_name'] !== app) return;
  await unlessGone(ask('update', 'auth/token/revoke-accessor', { accessor }));
}

/** Tokens die while a list of them is read: core then calls the accessor invalid. */
async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof KeywardenError && error.code === 'invalid-request') return undefined;
    throw error;
  }
}

async function readRole(ask: Ask, name: string): Promise<z.output<typeof appRole>> {
  return dataOf(await ask('read', `auth/approle/role/${name}`), appRole);
}

async function readRoleId(ask: Ask, name: string): Promise<string> {
  const envelope = await ask('read', `auth/approle/role/${name}/role-id`);
  return dataOf(envelope, z.object({ role_id: z.string() })).role_id;
}

async function readPolicy(ask: Ask, name: string): Promise<string | undefined> {
  const envelope = await orNothing(ask('read', `sys/policies/acl/${name}`));
  return envelope ? dataOf(envelope, z.object({ policy: z.string() })).policy : undefined;
}

function describeApp(name: string, role: z.output<typeof appRole>, keycards: readonly Keycard[]): App {
  const isHeld = (card: Keycard): boolean => card.holder === name.toLowerCase() && card.state === 'active';
  return {
    name,
    createdAt: role.creation_time,
    lastLoginAt: role.last_login_time,
    liveKeycards: keycards.filter(isHeld).length,
    policyNames: role.token_policies,
  };
}
