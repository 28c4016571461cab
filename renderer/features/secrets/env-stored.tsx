import { Button } from '@mantine/core';
import { CopyButton } from '../../ui/copy-button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { Notice } from '../../ui/notice.tsx';
import { count } from '../../ui/time-words.ts';
import { envLines } from './reference-lines.ts';

interface EnvStoredProps {
  readonly path: string;
  readonly names: readonly string[];
  readonly onClose: () => void;
}

/** After a .env was stored: the lines to write in its place, how to run with them, and what is still lying around. */
export function EnvStored({ path, names, onClose }: EnvStoredProps) {
  const lines = envLines(path, names);
  const run = 'kw run --env-file .env -- npm run dev';
  return (
    <div className="stack">
      <p className="soft">
        {count(names.length, 'field')} {names.length === 1 ? 'is' : 'are'} in{' '}
        <span className="mono">{path}</span>. These lines hold no secret any more; they can take the place of
        the old ones in your .env:
      </p>
      <pre className="code-box env-scroll">{lines}</pre>
      <p className="soft">Then start your program with:</p>
      <pre className="code-box">{run}</pre>
      <Notice tone="warning">
        Old copies of the file, and git history, still hold the values. Whoever has those has the keys until
        you change them.
      </Notice>
      <div className="form-buttons">
        <CopyButton label="Copy kw run line" copy={() => plain(run)} />
        <CopyButton label="Copy reference lines" copy={() => plain(lines)} />
        <Button onClick={onClose} data-autofocus>
          Done
        </Button>
      </div>
    </div>
  );
}

function plain(text: string): Promise<null> {
  copyText(text);
  return Promise.resolve(null);
}
