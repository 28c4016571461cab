import type { RuntimeSurroundings } from './runtime-paths.ts';

/**
 * Where this user's Keywarden remembers what it saw of its vaults, outside of them: it outlives a start of the machine.
 *
 * `KEYWARDEN_STATE_DIR` names another folder (tests, containers with a volume for it).
 */
export function stateFolder({ env, platform, tmpdir }: RuntimeSurroundings): string {
  const chosen = env['KEYWARDEN_STATE_DIR'];
  if (chosen) return chosen;
  if (platform === 'win32') {
    return `${env['LOCALAPPDATA'] || env['USERPROFILE'] || tmpdir}\\Keywarden\\state`;
  }
  const home = env['HOME'] || tmpdir;
  if (platform === 'darwin') return `${home}/Library/Application Support/Keywarden/state`;
  const state = env['XDG_STATE_HOME'];
  return state?.startsWith('/') ? `${state}/keywarden` : `${home}/.local/state/keywarden`;
}
