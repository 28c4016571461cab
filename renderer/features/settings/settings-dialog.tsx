import { Button, NumberInput, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Preferences } from '../../../shared/ipc/methods/app-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { useSession, useStatus } from '../../app/session.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';
import { SafetySettings } from '../recovery/safety-settings.tsx';
import './settings.css';

/** What a person may prefer, and the way to stop everything. */
export function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const { preferences, savePreferences } = useSession();
  const status = useStatus();
  const open = useNavigation((navigation) => navigation.open);
  const saving = useAction(savePreferences);
  if (preferences === null) return null;
  const change = (changed: Partial<Preferences>): void => saving.run({ ...preferences, ...changed });
  return (
    <Dialog onClose={onClose} closeOnClickOutside title="Settings" size={520}>
      <div className="stack">
        <div className="setting">
          <span className="grow" id="theme-label">
            <span className="setting-name">Appearance</span>
          </span>
          <SegmentedControl
            aria-labelledby="theme-label"
            size="xs"
            value={preferences.theme}
            onChange={(theme) => change({ theme: theme as Preferences['theme'] })}
            data={[
              { value: 'system', label: 'As the system' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </div>
        <NumberSetting
          label="Clear the clipboard after"
          words="What you copy is taken off again, unless you copied something else."
          unit="seconds"
          least={5}
          most={600}
          value={preferences.clipboardSeconds}
          onCommit={(clipboardSeconds) => change({ clipboardSeconds })}
        />
        <NumberSetting
          label="Lock after"
          words="Without your input. The screen closes, apps keep working. 0 is never."
          unit="minutes"
          least={0}
          most={240}
          value={preferences.idleLockMinutes}
          onCommit={(idleLockMinutes) => change({ idleLockMinutes })}
        />
        <ProblemNotice problem={saving.problem} />
        {status !== null && <SafetySettings status={status} />}
        <div className="setting setting-danger">
          <span className="grow">
            <span className="setting-name">Seal the vault</span>
            <span className="quiet">Everything stops until someone unlocks it: no app is served.</span>
          </span>
          <Button color="danger" variant="light" onClick={() => open({ kind: 'seal' })}>
            Seal…
          </Button>
        </div>
        <p className="quiet">
          {status?.vault && <span className="mono selectable">{status.vault.directory}</span>}
          <br />
          Keywarden {status?.version}
        </p>
      </div>
    </Dialog>
  );
}

function NumberSetting(props: {
  readonly label: string;
  readonly words: string;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  readonly value: number;
  readonly onCommit: (value: number) => void;
}) {
  const [value, setValue] = useState<number | string>(props.value);
  const commit = (): void => {
    const whole = Math.min(props.most, Math.max(props.least, Math.round(Number(value))));
    setValue(whole);
    if (whole !== props.value) props.onCommit(whole);
  };
  return (
    <div className="setting">
      <span className="grow">
        <span className="setting-name">{props.label}</span>
        <span className="quiet">{props.words}</span>
      </span>
      <NumberInput
        aria-label={`${props.label}, ${props.unit}`}
        value={value}
        onChange={setValue}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
        min={props.least}
        max={props.most}
        suffix={` ${props.unit}`}
        w={140}
      />
    </div>
  );
}
