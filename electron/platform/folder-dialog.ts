import { type BaseWindow, dialog } from 'electron';

/** Shows the platform's folder dialog over a window. @returns null when the person cancels. */
export async function chooseFolder(
  over: BaseWindow | undefined,
  purpose: 'create' | 'open',
): Promise<string | null> {
  const options = {
    title: purpose === 'create' ? 'Where shall the vault lie?' : 'Open a vault',
    properties: ['openDirectory', ...(purpose === 'create' ? (['createDirectory'] as const) : [])],
  } as const;
  const mutable = { ...options, properties: [...options.properties] };
  const result = over ? await dialog.showOpenDialog(over, mutable) : await dialog.showOpenDialog(mutable);
  return result.canceled ? null : (result.filePaths[0] ?? null);
}
