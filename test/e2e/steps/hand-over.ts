import type { Page } from '@playwright/test';
import type nodeVault from 'node-vault';
import type { IpcInput } from '../../../shared/ipc/contract.ts';
import type { Door } from '../../../shared/ipc/methods/apps-methods.ts';
import type { TestDesktop } from '../../support/electron-app.ts';
import { ask } from './ask.ts';
import { copied } from './clipboard.ts';
import { environmentOf } from './environment-lines.ts';
import { vaultClient } from './vault-client.ts';

/** Makes an app with these doors and logs in as it: for journeys that are about something else. */
export function appWithDoors(
  desktop: TestDesktop,
  page: Page,
  doors: readonly Door[],
): Promise<nodeVault.client> {
  return appWith(desktop, page, 'orders-api', { doors: [...doors] });
}

/** Makes an app with a policy of its own and logs in as it: for what the window does not do itself. */
export function appWithPolicy(
  desktop: TestDesktop,
  page: Page,
  name: string,
  policyText: string,
): Promise<nodeVault.client> {
  return appWith(desktop, page, name, { policyText });
}

async function appWith(
  desktop: TestDesktop,
  page: Page,
  name: string,
  access: IpcInput<'apps.write'>['access'],
): Promise<nodeVault.client> {
  await ask(page, 'apps.write', { name, access, tokenTtl: 3600 });
  const { handle, roleId, address } = await ask(page, 'apps.handOver', { name, ttl: 600 });
  const lines = await copied(desktop, async () => {
    await ask(page, 'apps.copyHandOver', { handle, what: 'environment' });
  });
  const client = vaultClient(address);
  const secretId = environmentOf(lines)['VAULT_SECRET_ID'] ?? '';
  await client.approleLogin({ role_id: roleId, secret_id: secretId });
  return client;
}
