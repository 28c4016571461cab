import { writeFile } from 'node:fs/promises';
import { type BaseWindow, dialog } from 'electron';

/** Asks for a backup's file. @returns null when the person cancels. */
export async function chooseBackup(over: BaseWindow | undefined): Promise<string | null> {
  const options: Electron.OpenDialogOptions = {
    title: 'Restore from a backup',
    properties: ['openFile'],
    filters: [{ name: 'Keywarden backup', extensions: ['kwb'] }],
  };
  const result = over ? await dialog.showOpenDialog(over, options) : await dialog.showOpenDialog(options);
  return result.canceled ? null : (result.filePaths[0] ?? null);
}

/** Asks where to, and writes a text that its owner alone may read. @returns null when the person cancels. */
export async function saveText(
  over: BaseWindow | undefined,
  title: string,
  suggested: string,
  text: string,
): Promise<string | null> {
  const options: Electron.SaveDialogOptions = { title, defaultPath: suggested };
  const result = over ? await dialog.showSaveDialog(over, options) : await dialog.showSaveDialog(options);
  if (result.canceled || result.filePath === '') return null;
  await writeFile(result.filePath, text, { mode: 0o600 });
  return result.filePath;
}
