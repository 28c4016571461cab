import { type DragEvent, type ReactNode, useEffect, useState } from 'react';
import { parseEnvFile } from '../../../shared/model/env-file.ts';
import { useNavigation } from '../../app/navigation.ts';
import { isDialogOpen } from '../../ui/dialog.tsx';
import { toastProblem } from '../../ui/toast.tsx';
import { offerEnv } from './offered-env.ts';
import './secrets.css';

/** A larger file is no env file. */
const MOST_BYTES = 1_048_576;

/** Takes a .env that is dropped or pasted anywhere on the screen. */
export function EnvDropZone({ children }: { readonly children: ReactNode }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea') !== null;
      if (typing || isDialogOpen()) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (parseEnvFile(text).entries.length === 0) return;
      event.preventDefault();
      offerEnv(text);
      useNavigation.getState().open({ kind: 'import-env', fileName: null });
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, []);

  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    // Over a dialog it would take the place of what was typed there.
    if (file && !isDialogOpen()) void offerFile(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button Import .env is the first.
    <div
      className="drop-zone"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(event.dataTransfer.types.includes('Files'));
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={onDrop}
    >
      {children}
      {over && <div className="drop-zone-hint">Drop the .env to store it</div>}
    </div>
  );
}

async function offerFile(file: File): Promise<void> {
  if (file.size > MOST_BYTES) {
    toastProblem('That file is too large to be a .env.');
    return;
  }
  offerEnv(await file.text());
  useNavigation.getState().open({ kind: 'import-env', fileName: file.name });
}
