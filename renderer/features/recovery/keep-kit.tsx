import './keep-kit.css';
import { Button, TextInput } from '@mantine/core';
import { IconDeviceFloppy, IconPrinter } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';
import { FrontDoor } from '../welcome/front-door.tsx';
import { groupToAsk } from './group-to-ask.ts';

/** Shows a new recovery kit, once, and lets the person go on when one group of it has come back. */
export function KeepKit({ vaultName }: { readonly vaultName: string }) {
  const accept = useSession((session) => session.accept);
  const [groups, setGroups] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const [savedAt, setSavedAt] = useState<string | null>(null);
  const loading = useAction(async () => {
    const { kit } = await ask('vault.revealRecoveryKit');
    setGroups(kit.split('-'));
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked for once.
  useEffect(() => loading.run(), []);
  const saving = useAction(async () => setSavedAt((await ask('vault.saveRecoveryKit')).file));
  const group = groupToAsk(groups);
  const keeping = useAction(async () => accept(await ask('vault.recoveryKitKept', { group, typed })));
  return (
    <FrontDoor>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed !== '') keeping.run();
        }}
      >
        <div>
          <h1 className="front-door-title">Your recovery kit</h1>
          <p className="soft">
            It opens {vaultName} alone, also when the passphrase is forgotten. It is shown this once: print it
            or write it down, and lock it away.
          </p>
        </div>
        <ol className="recovery-kit selectable" aria-label="Recovery kit">
          {groups.map((text, i) => (
            <li key={text + String(i)}>
              <span className="recovery-kit-number" aria-hidden="true">
                {i + 1}
              </span>
              <span className="mono">{text}</span>
            </li>
          ))}
        </ol>
        <div className="row keep-kit-actions">
          <Button
            variant="default"
            leftSection={<IconPrinter size={16} />}
            onClick={() => window.print()}
            disabled={groups.length === 0}
          >
            Print…
          </Button>
          <Button
            variant="default"
            leftSection={<IconDeviceFloppy size={16} />}
            onClick={saving.run}
            loading={saving.busy}
            disabled={groups.length === 0}
          >
            Save to a file…
          </Button>
        </div>
        {savedAt && <p className="quiet">Saved to {savedAt}. Move it off this machine.</p>}
        <TextInput
          label={`Group ${group} of the kit`}
          description="So that it is sure that you have it."
          value={typed}
          maxLength={64}
          onChange={(event) => setTyped(event.currentTarget.value)}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          autoComplete="off"
          autoFocus
        />
        <ProblemNotice problem={loading.problem ?? saving.problem ?? keeping.problem} />
        <Button type="submit" loading={keeping.busy} disabled={typed === '' || groups.length === 0}>
          I have put it away
        </Button>
      </form>
    </FrontDoor>
  );
}
