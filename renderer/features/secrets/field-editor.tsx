import { ActionIcon, Menu, Textarea, TextInput, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconDice5, IconEye, IconEyeOff, IconX } from '@tabler/icons-react';
import { RANDOM_KINDS, randomValue } from './random-value.ts';

/** A field while it is edited. `value` null means that nothing was typed. */
export interface FieldDraft {
  readonly id: string;
  readonly name: string;
  readonly value: string | null;
  /** It was there before: untouched, it keeps its value. */
  readonly kept: boolean;
  readonly shown: boolean;
}

/** A field as it starts: one that is kept, or an empty one. */
export function newDraft(name: string, kept: boolean): FieldDraft {
  return { id: crypto.randomUUID(), name, value: null, kept, shown: false };
}

interface FieldEditorProps {
  readonly draft: FieldDraft;
  readonly number: number;
  readonly doubled: boolean;
  readonly onChange: (changed: Partial<FieldDraft>) => void;
  readonly onRemove: (() => void) | null;
}

/** One field: its name, its value (hidden while it is typed), and a way to draw a random one. */
export function FieldEditor({ draft, number, doubled, onChange, onRemove }: FieldEditorProps) {
  const untouched = draft.kept && draft.value === null;
  return (
    <fieldset className="editor-field" aria-label={`Field ${number}`}>
      <TextInput
        aria-label={`Name of field ${number}`}
        placeholder="name"
        value={draft.name}
        maxLength={256}
        disabled={draft.kept}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        error={doubled ? 'Used twice.' : null}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        autoComplete="off"
      />
      <Textarea
        aria-label={`Value of field ${number}`}
        placeholder={untouched ? 'keeps its value' : 'value'}
        value={draft.value ?? ''}
        onChange={(event) => onChange({ value: event.currentTarget.value })}
        autosize
        minRows={1}
        maxRows={8}
        classNames={{ input: draft.shown ? 'mono' : 'mono masked' }}
        spellCheck={false}
        autoComplete="off"
      />
      <div className="editor-tools">
        <Tooltip label={draft.shown ? 'Hide' : 'Show what is typed'}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`${draft.shown ? 'Hide' : 'Show'} what is typed in field ${number}`}
            onClick={() => onChange({ shown: !draft.shown })}
          >
            {draft.shown ? <IconEyeOff size={16} /> : <IconEye size={16} />}
          </ActionIcon>
        </Tooltip>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <Tooltip label="Draw a random value">
              <ActionIcon variant="subtle" color="gray" aria-label={`Draw for field ${number}`}>
                <IconDice5 size={16} />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            {RANDOM_KINDS.map((kind) => (
              <Menu.Item
                key={kind.name}
                onClick={() =>
                  onChange({ value: randomValue(kind, (bytes) => crypto.getRandomValues(bytes)) })
                }
              >
                {kind.name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        {draft.kept && !untouched ? (
          <Tooltip label="Keep its value after all">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Keep field ${number} as it was`}
              onClick={() => onChange({ value: null, shown: false })}
            >
              <IconArrowBackUp size={16} />
            </ActionIcon>
          </Tooltip>
        ) : (
          <Tooltip label="Remove the field">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove field ${number}`}
              disabled={onRemove === null}
              onClick={() => onRemove?.()}
            >
              <IconX size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
    </fieldset>
  );
}
