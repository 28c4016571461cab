/** What the runtime folder's place depends on; handed in, so that this stays pure. */
export interface RuntimeSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `process.platform`. */
  readonly platform: string;
  /** The user's numeric id; undefined on Windows. */
  readonly uid: number | undefined;
  /** `os.tmpdir()`. */
  readonly tmpdir: string;
}

/** Where the broker of this user is found, without a port or a setting. */
export interface RuntimePaths {
  /** Private to the user (0700). It may lie below a folder that others can write: check its owner before trusting it. */
  readonly folder: string;
  /** The broker's local socket; a named pipe on Windows. */
  readonly socketPath: string;
  /** The token that `kw login` was given (0600). */
  readonly tokenPath: string;
  /** The HTTP address of the broker that serves the socket, on one line. */
  readonly addressPath: string;
}

/**
 * Where this user's broker listens and where `kw` keeps its token: the desktop, `kw serve` and `kw` agree on it here.
 *
 * `KEYWARDEN_RUNTIME_DIR` names another folder (tests, several brokers side by side).
 */
export function runtimePaths(surroundings: RuntimeSurroundings): RuntimePaths {
  const windows = surroundings.platform === 'win32';
  const separator = windows ? '\\' : '/';
  const folder = runtimeFolder(surroundings, separator);
  const inside = (name: string): string => `${folder}${separator}${name}`;
  return {
    folder,
    socketPath: windows ? pipeName(folder) : inside('broker.sock'),
    tokenPath: inside('token'),
    addressPath: inside('address'),
  };
}

function runtimeFolder({ env, platform, uid, tmpdir }: RuntimeSurroundings, separator: string): string {
  const chosen = env['KEYWARDEN_RUNTIME_DIR'];
  if (chosen) return withoutTrailing(chosen, separator);
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'] || env['USERPROFILE'] || tmpdir;
    return `${withoutTrailing(local, separator)}\\Keywarden\\runtime`;
  }
  const perUser = env['XDG_RUNTIME_DIR'];
  if (platform !== 'darwin' && perUser?.startsWith('/')) {
    return `${withoutTrailing(perUser, separator)}/keywarden`;
  }
  return `${withoutTrailing(tmpdir, separator)}/keywarden-${uid ?? 'user'}`;
}

/** Pipes share one flat name space among all users, so the name carries the whole folder, which is the user's own. */
function pipeName(folder: string): string {
  return `\\\\.\\pipe\\keywarden-${folder.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()}`;
}

function withoutTrailing(folder: string, separator: string): string {
  return folder.length > 1 && folder.endsWith(separator) ? folder.slice(0, -1) : folder;
}
