/**
 * The names of everything that the window may ask of the main process. The preload script is built from this list alone,
 * so it stays free of schemas; contract.ts says what each takes and gives.
 */
export const CHANNELS = [
  'app.status',
  'app.preferences',
  'app.setPreferences',
  'vault.suggestFolder',
  'vault.chooseFolder',
  'vault.create',
  'vault.unlock',
  'vault.chooseBackup',
  'vault.restore',
  'vault.confirm',
  'vault.revealRecoveryKit',
  'vault.saveRecoveryKit',
  'vault.recoveryKitKept',
  'vault.newRecoveryKit',
  'vault.setKeychain',
  'vault.backups',
  'vault.backUp',
  'vault.forget',
  'vault.lock',
  'vault.seal',
  'secrets.list',
  'secrets.show',
  'secrets.reveal',
  'secrets.copy',
  'secrets.write',
  'secrets.delete',
  'secrets.undelete',
  'secrets.search',
  'databases.list',
  'databases.connect',
  'databases.check',
  'databases.disconnect',
  'databases.writeRole',
  'databases.removeRole',
  'databases.startSample',
  'databases.stopSample',
  'keycards.issue',
  'keycards.copyIssued',
  'keycards.revealIssued',
  'keycards.list',
  'keycards.renew',
  'keycards.revoke',
  'revocations.rehearse',
  'revocations.run',
  'revocations.report',
  'apps.list',
  'apps.show',
  'apps.write',
  'apps.remove',
  'apps.handOver',
  'apps.copyHandOver',
  'logins.list',
  'logins.decide',
  'clipboard.clear',
] as const;

/** The name of one thing that the window may ask. */
export type Channel = (typeof CHANNELS)[number];

/** The one channel on which the main process tells the window that something happened. */
export const EVENT_CHANNEL = 'keywarden.event';

/** Prefix of the invoke channels, so that nothing else can be mistaken for ours. */
export const INVOKE_PREFIX = 'keywarden:';
