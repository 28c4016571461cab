import { describe, expect, it } from 'vitest';
import { runtimePaths } from '../../../shared/model/runtime-paths.ts';

const linux = { env: {}, platform: 'linux', uid: 1000, tmpdir: '/tmp' };

describe('the runtime folder', () => {
  it.each([
    [
      'follows the session on Linux',
      { ...linux, env: { XDG_RUNTIME_DIR: '/run/user/1000' } },
      '/run/user/1000/keywarden',
    ],
    [
      'ignores a relative session folder',
      { ...linux, env: { XDG_RUNTIME_DIR: 'run' } },
      '/tmp/keywarden-1000',
    ],
    ['is one per user where there is no session', linux, '/tmp/keywarden-1000'],
    [
      'lies in the temporary folder of the user on macOS',
      { ...linux, platform: 'darwin', tmpdir: '/var/folders/x/T/' },
      '/var/folders/x/T/keywarden-1000',
    ],
    [
      'lies with the local data on Windows',
      {
        env: { LOCALAPPDATA: 'C:\\Users\\ann\\AppData\\Local' },
        platform: 'win32',
        uid: undefined,
        tmpdir: 'C:\\Temp',
      },
      'C:\\Users\\ann\\AppData\\Local\\Keywarden\\runtime',
    ],
    [
      'can be chosen',
      { ...linux, env: { KEYWARDEN_RUNTIME_DIR: '/srv/kw/', XDG_RUNTIME_DIR: '/run/user/1' } },
      '/srv/kw',
    ],
  ])('%s', (_, surroundings, folder) => {
    expect(runtimePaths(surroundings).folder).toBe(folder);
  });

  it('holds the socket, the token and the address', () => {
    expect(runtimePaths(linux)).toEqual({
      folder: '/tmp/keywarden-1000',
      socketPath: '/tmp/keywarden-1000/broker.sock',
      tokenPath: '/tmp/keywarden-1000/token',
      addressPath: '/tmp/keywarden-1000/address',
    });
  });

  it('is a named pipe on Windows, one per user', () => {
    const paths = runtimePaths({
      env: { LOCALAPPDATA: 'C:\\Users\\ann\\Local' },
      platform: 'win32',
      uid: undefined,
      tmpdir: '',
    });
    expect(paths.socketPath).toBe('\\\\.\\pipe\\keywarden-c-users-ann-local-keywarden-runtime');
  });
});
