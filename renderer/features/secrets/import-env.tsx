import './secrets.css';
import { Button, Textarea, TextInput } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { secretPath } from '../../../shared/ipc/fields.ts';
import { parseEnvFile } from '../../../shared/model/env-file.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Dialog, DialogStep } from '../../ui/dialog.tsx';
import { fieldReason } from '../../ui/field-reason.ts';
import { Notice, ProblemNotice } from '../../ui/notice.tsx';
import { count } from '../../ui/time-words.ts';
import { useAction } from '../../ui/use-action.ts';
import { EnvStored } from './env-stored.tsx';
import { EnvTable } from './env-table.tsx';
import { forgetOfferedEnv, offeredEnv } from './offered-env.ts';
import { useSecrets } from './secrets-store.ts';

interface ImportEnvProps {
  readonly fileName: string | null;
  readonly onClose: () => void;
}

/** Shows what a .env holds, lets one tick what is secret, and stores that as one secret. */
export function ImportEnv({ fileName, onClose }: ImportEnvProps) {
  const write = useSecrets((store) => store.write);
  const go = useNavigation((navigation) => navigation.go);
  const [text, setText] = useState(offeredEnv);
  const [isTyped] = useState(text === '');
  useEffect(forgetOfferedEnv, []);
  const [unticked, setUnticked] = useState<ReadonlySet<string>>(new Set());
  const [path, setPath] = useState(() => suggestedPath(fileName));
  const [stored, setStored] = useState<readonly string[] | null>(null);
  const { entries, problems } = useMemo(() => parseEnvFile(text), [text]);
  const ticked = entries.filter((entry) => !unticked.has(entry.name));
  const pathReason = fieldReason(secretPath, path);
  const ready = pathReason === null && ticked.length > 0 && ticked.length <= 500;
  const storing = useAction(async () => {
    await write({ path, cas: 0, fields: ticked.map(({ name, value }) => ({ name, value })) });
    go('secrets');
    setText('');
    setStored(ticked.map((entry) => entry.name));
  });
  const taken = storing.problem?.code === 'check-and-set-failed';
  const problem = taken
    ? { ...storing.problem, words: 'There is a secret at that path already. Choose another path.' }
    : storing.problem;
  return (
    <Dialog onClose={onClose} title={stored ? 'Stored' : `Import ${fileName ?? '.env'}`} size={640}>
      {stored ? (
        <DialogStep>
          <EnvStored path={path} names={stored} onClose={onClose} />
        </DialogStep>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) storing.run();
          }}
        >
          {isTyped && (
            <Textarea
              label="Text of the .env"
              description="Paste it here. It stays on this machine."
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              minRows={entries.length > 0 ? 2 : 6}
              maxRows={6}
              autosize
              classNames={{ input: 'mono masked' }}
              spellCheck={false}
              data-autofocus
            />
          )}
          {entries.length > 0 && (
            <EnvTable
              entries={entries}
              unticked={unticked}
              onTick={(names, tick) => {
                const next = new Set(unticked);
                for (const name of names) {
                  if (tick) next.delete(name);
                  else next.add(name);
                }
                setUnticked(next);
              }}
            />
          )}
          {problems.length > 0 && (
            <Notice tone="warning">
              {count(problems.length, 'line')} could not be read and {problems.length === 1 ? 'is' : 'are'}{' '}
              left out:
              <ul className="problem-lines">
                {problems.slice(0, 6).map((one) => (
                  <li key={one.line}>
                    Line {one.line}: {one.text}
                  </li>
                ))}
              </ul>
            </Notice>
          )}
          <TextInput
            label="Path"
            description="Where the secret goes; each line becomes one of its fields."
            value={path}
            onChange={(event) => setPath(event.currentTarget.value)}
            error={path === '' ? null : pathReason}
            classNames={{ input: 'mono' }}
            spellCheck={false}
          />
          <ProblemNotice problem={problem} />
          <div className="form-buttons">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={storing.busy} disabled={!ready}>
              Store {count(ticked.length, 'field')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

/** `.env.staging` belongs to the environment staging. */
function suggestedPath(fileName: string | null): string {
  const environment = /^\.env\.([\w-]+)$/.exec(fileName ?? '')?.[1] ?? 'development';
  return `my-project/${environment}/env`;
}
