/** What an app may do, in plain words: the wizard's view of a policy. */
export interface DoorShape {
  readonly kind: 'read-secret' | 'write-secret' | 'database';
  readonly target: string;
}

/** First line of a policy that the wizard wrote: only such a policy is read back as doors. */
const HEADER = '# Written by the wizard. Change it by hand and the wizard shows the text instead.';

/** The app may make tokens that can do no more than its own and die with it: `kw run` makes one for each run. */
const CHILD_TOKENS = `# for kw run\n${block('auth/token/create', ['update'])}`;

/**
 * Writes the doors of an app as policy text. A target ending in a slash is a whole folder.
 * KV 2 keeps values under `data/` and names under `metadata/`.
 */
export function policyOfDoors(doors: readonly DoorShape[]): string {
  const blocks = doors.map((door) => {
    const target = door.target.replace(/^\/+/, '');
    const folder = target.endsWith('/');
    const below = folder ? `${target}*` : target;
    switch (door.kind) {
      case 'read-secret':
        return [
          `# read-secret ${target}`,
          block(`secret/data/${below}`, ['read']),
          block(`secret/metadata/${below}`, folder ? ['read', 'list'] : ['read']),
        ].join('\n');
      case 'write-secret':
        return [
          `# write-secret ${target}`,
          block(`secret/data/${below}`, ['create', 'read', 'update', 'patch']),
          block(`secret/metadata/${below}`, folder ? ['read', 'list'] : ['read']),
        ].join('\n');
      case 'database':
        return [`# database ${target}`, block(`database/creds/${target}`, ['read'])].join('\n');
      default:
        return door.kind satisfies never;
    }
  });
  return `${[HEADER, ...blocks, CHILD_TOKENS].join('\n\n')}\n`;
}

/** Reads the doors back from a policy that the wizard wrote; undefined when somebody changed it by hand. */
export function doorsOfPolicy(text: string): DoorShape[] | undefined {
  const doors = [...text.matchAll(/^# (read-secret|write-secret|database) (.+)$/gm)].map((match) => ({
    kind: match[1] as DoorShape['kind'],
    target: match[2] ?? '',
  }));
  return doors.length > 0 && policyOfDoors(doors) === text ? doors : undefined;
}

function block(path: string, capabilities: readonly string[]): string {
  return `path ${JSON.stringify(path)} {\n  capabilities = [${capabilities.map((one) => `"${one}"`).join(', ')}]\n}`;
}
