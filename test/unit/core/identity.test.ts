import { beforeEach, describe, expect, it } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
let accessor: string;
let login: () => Promise<{ token: string; entity: string; policies: readonly string[]; added: unknown }>;

beforeEach(async () => {
  world = await openCoreWorld();
  const root = (path: string, data = {}) => world.ask(world.root, 'update', path, data);
  await root('auth/approle/role/shop', { role_id: 'shop-id', token_policies: 'shop' });
  const mounts = await world.data(world.root, 'read', 'sys/auth');
  accessor = (mounts['approle/'] as { accessor: string }).accessor;
  login = async () => {
    const { secret_id } = await world.data(world.root, 'update', 'auth/approle/role/shop/secret-id');
    const auth = await world.auth('', 'update', 'auth/approle/login', { role_id: 'shop-id', secret_id });
    return {
      token: auth.client_token,
      entity: auth.entity_id,
      policies: auth.policies,
      added: auth.identity_policies,
    };
  };
});

const root = (path: string, data: Record<string, unknown> = {}) =>
  world.data(world.root, 'update', path, data);
const read = (path: string) => world.data(world.root, 'read', path);

describe('an entity', () => {
  it('comes into being with the first login and is the same at every other', async () => {
    const first = await login();
    const second = await login();
    expect(first.entity).toMatch(/^[0-9a-f-]{36}$/);
    expect(second.entity).toBe(first.entity);
    expect(await read(`identity/entity/id/${first.entity}`)).toMatchObject({
      id: first.entity,
      disabled: false,
      policies: [],
      aliases: [
        { name: 'shop-id', mount_accessor: accessor, mount_type: 'approle', canonical_id: first.entity },
      ],
    });
    const child = await world.tokenFor('path "a" { capabilities = ["read"] }');
    expect((await world.data(child, 'read', 'auth/token/lookup-self'))['entity_id']).toBe('');
  });

  it('is written by name and by id, listed, looked up in every way, and deleted', async () => {
    const { id } = await root('identity/entity', { name: 'ann', metadata: { team: 'web' }, policies: 'p' });
    expect(await read('identity/entity/name/ann')).toMatchObject({
      id,
      metadata: { team: 'web' },
      policies: ['p'],
    });
    await root(`identity/entity/id/${id}`, { name: 'anna' });
    await root('identity/entity/name/anna', { metadata: { team: 'ops' } });
    expect(await read(`identity/entity/id/${id}`)).toMatchObject({ name: 'anna', metadata: { team: 'ops' } });
    const alias = await root('identity/entity-alias', {
      name: 'x',
      canonical_id: id,
      mount_accessor: accessor,
    });
    expect(alias).toMatchObject({ canonical_id: id });
    for (const way of [
      { id },
      { name: 'anna' },
      { alias_id: alias['id'] },
      { alias_name: 'x', alias_mount_accessor: accessor },
    ]) {
      expect(await root('identity/lookup/entity', way)).toMatchObject({ id });
    }
    expect(await world.ask(world.root, 'update', 'identity/lookup/entity', { name: 'nobody' })).toMatchObject(
      {
        status: 204,
      },
    );
    expect(await world.data(world.root, 'list', 'identity/entity/id')).toMatchObject({
      keys: [id],
      key_info: { [String(id)]: { name: 'anna' } },
    });
    expect(await world.data(world.root, 'list', 'identity/entity-alias/id')).toMatchObject({
      keys: [alias['id']],
    });
    await world.ask(world.root, 'delete', `identity/entity/id/${id}`);
    expect(await world.refusal(world.root, 'read', `identity/entity/id/${id}`)).toMatch(/^not-found/);
    expect(await world.refusal(world.root, 'list', 'identity/entity-alias/id')).toMatch(/^not-found/);
  });

  it('gives its policies to every token that acts for it, at once, and takes them back at once', async () => {
    await root('sys/policies/acl/extra', {
      policy: 'path "secret/data/extra" { capabilities = ["create"] }',
    });
    const { token, entity, added } = await login();
    expect(added).toBeUndefined();
    const write = () => world.ask(token, 'update', 'secret/data/extra', { data: { v: 1 } });
    expect(await world.why(write())).toMatch(/^policy-denied/);
    await root(`identity/entity/id/${entity}`, { policies: ['extra'] });
    expect((await write()).status).toBe(200);
    expect(
      await world.data(token, 'update', 'sys/capabilities-self', { paths: 'secret/data/extra' }),
    ).toMatchObject({
      capabilities: ['create'],
    });
    const again = await login();
    expect(again.policies).toEqual(['default', 'extra', 'shop']);
    expect(again.added).toEqual(['extra']);
    await root(`identity/entity/id/${entity}`, { policies: [] });
    expect(await world.why(world.ask(token, 'update', 'secret/data/other', { data: {} }))).toMatch(
      /^policy-denied/,
    );
  });

  it('may never be given root', async () => {
    expect(await world.refusal(world.root, 'update', 'identity/entity', { policies: 'root' })).toMatch(
      /root/,
    );
    expect(await world.refusal(world.root, 'update', 'identity/group', { policies: 'ROOT' })).toMatch(/root/);
  });

  it('that is disabled or deleted can do nothing: neither its tokens nor a login', async () => {
    const { token, entity } = await login();
    await root(`identity/entity/id/${entity}`, { disabled: true });
    expect(await world.refusal(token, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
    await expect(login()).rejects.toMatchObject({ code: 'permission-denied' });
    await root(`identity/entity/id/${entity}`, { disabled: false });
    expect((await world.ask(token, 'read', 'auth/token/lookup-self')).status).toBe(200);
    await world.ask(world.root, 'delete', `identity/entity/id/${entity}`);
    expect(await world.refusal(token, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
  });

  it('takes over the aliases and tokens of those that are merged into it', async () => {
    const { token, entity } = await login();
    const { id } = await root('identity/entity', { name: 'ann' });
    await root('identity/entity/merge', { from_entity_ids: [entity], to_entity_id: id });
    expect(await read(`identity/entity/id/${id}`)).toMatchObject({
      merged_entity_ids: [entity],
      aliases: [{ name: 'shop-id' }],
    });
    expect((await world.data(token, 'read', 'auth/token/lookup-self'))['entity_id']).toBe(id);
    expect((await login()).entity).toBe(id);
  });

  it('loses the alias of a mount that is gone', async () => {
    const { entity } = await login();
    await world.ask(world.root, 'delete', 'sys/auth/approle');
    expect(await read(`identity/entity/id/${entity}`)).toMatchObject({ aliases: [] });
  });
});

describe('a group', () => {
  it('gives its policies to its members, and to the members of groups in it', async () => {
    const { token, entity } = await login();
    await root('sys/policies/acl/team', { policy: 'path "secret/data/team" { capabilities = ["create"] }' });
    const inner = await root('identity/group', { name: 'web', member_entity_ids: [entity] });
    const outer = await root('identity/group', {
      name: 'all',
      policies: 'team',
      member_group_ids: [inner['id']],
    });
    expect((await world.ask(token, 'update', 'secret/data/team', { data: {} })).status).toBe(200);
    expect(await read(`identity/entity/id/${entity}`)).toMatchObject({
      direct_group_ids: [inner['id']],
      inherited_group_ids: [outer['id']],
    });
    expect(await read('identity/group/name/web')).toMatchObject({
      member_entity_ids: [entity],
      parent_group_ids: [outer['id']],
      type: 'internal',
    });
    expect(await root('identity/lookup/group', { name: 'all' })).toMatchObject({ id: outer['id'] });
    expect(
      await world.refusal(world.root, 'update', `identity/group/id/${inner['id']}`, {
        member_group_ids: [outer['id']],
      }),
    ).toMatch(/member of itself/);
    await world.ask(world.root, 'delete', 'identity/group/name/web');
    expect(await world.refusal(token, 'update', 'secret/data/team', { data: {} })).toMatch(/^policy-denied/);
    expect(await world.data(world.root, 'list', 'identity/group/id')).toMatchObject({ keys: [outer['id']] });
  });
});

describe('a policy with templates', () => {
  const opens = async (path: string, set: Record<string, unknown> = {}) => {
    const { entity } = await login();
    await root(`identity/entity/id/${entity}`, { name: 'ann', metadata: { team: 'web' }, ...set });
    await root('identity/group/name/crew', { member_entity_ids: [entity], metadata: { room: '7' } });
    await root('sys/policies/acl/shop', {
      policy: `path "secret/data/${path}" { capabilities = ["create"] }`,
    });
    const { token } = await login();
    return async (asked: string) => {
      try {
        return (await world.ask(token, 'update', `secret/data/${asked}`, { data: {} })).status === 200;
      } catch {
        return false;
      }
    };
  };

  it.each([
    ['{{identity.entity.name}}/x', 'ann/x'],
    ['{{ identity.entity.metadata.team }}/+', 'web/x'],
    ['{{identity.groups.names.crew.metadata.room}}', '7'],
    ['{{identity.groups.names.crew.name}}', 'crew'],
  ])('%s opens %s and nothing else', async (path, asked) => {
    const may = await opens(path);
    expect(await may(asked)).toBe(true);
    expect(await may('other/x')).toBe(false);
  });

  it('fills in what the auth method calls its holder', async () => {
    const may = await opens(`{{identity.entity.aliases.${accessor}.name}}`);
    expect(await may('shop-id')).toBe(true);
  });

  it.each([
    ['nothing resolves it', '{{identity.entity.metadata.nothing}}', {}],
    ['it says nothing that there is', '{{identity.nonsense}}', {}],
    ['the value holds a wildcard', '{{identity.entity.metadata.team}}', { metadata: { team: '*' } }],
    ['the value holds a plus', '{{identity.entity.metadata.team}}/x', { metadata: { team: '+' } }],
    ['the value is empty', '{{identity.entity.metadata.team}}*', { metadata: { team: '' } }],
  ])('opens nothing where %s', async (_why, path, set) => {
    const may = await opens(path, set);
    for (const asked of ['x', '*', 'web', 'a/x', '+/x']) expect(await may(asked)).toBe(false);
  });
});
