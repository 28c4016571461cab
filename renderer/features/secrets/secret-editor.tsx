import './secrets.css';
import { Button, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { secretPath } from '../../../shared/ipc/fields.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { fieldReason } from '../../ui/field-reason.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import type { Problem } from '../../ui/problem.ts';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../../ui/use-action.ts';
import { type FieldDraft, FieldEditor, newDraft } from './field-editor.tsx';
import { type SecretView, useSecrets } from './secrets-store.ts';

interface SecretEditorProps {
  /** The current version, or null for a new secret. */
  readonly of: SecretView | null;
  readonly onClose: () => void;
}

/** Writes a new secret, or a new version of one: fields that are not touched keep their value. */
export function SecretEditor({ of, onClose }: SecretEditorProps) {
  const { write, selected } = useSecrets();
  const go = useNavigation((navigation) => navigation.go);
  const [path, setPath] = useState(() => of?.path ?? folderPrefix(selected));
  const [drafts, setDrafts] = useState<readonly FieldDraft[]>(() =>
    of && !of.deleted && of.fields.length > 0
      ? of.fields.map(({ name }) => newDraft(name, true))
      : [newDraft('', false)],
  );
  const change = (id: string, changed: Partial<FieldDraft>): void =>
    setDrafts((before) => before.map((draft) => (draft.id === id ? { ...draft, ...changed } : draft)));
  const names = drafts.map((draft) => draft.name.trim());
  const doubled = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  const pathReason = fieldReason(secretPath, path);
  const touched =
    of === null ||
    drafts.length !== of.fields.length ||
    drafts.some((draft) => draft.value !== null || !draft.kept);
  const ready =
    pathReason === null &&
    drafts.length > 0 &&
    names.every((name) => name !== '') &&
    doubled === undefined &&
    touched;
  const saving = useAction(async () => {
    const fields = drafts.map((draft) => ({
      name: draft.name.trim(),
      ...(draft.kept && draft.value === null ? {} : { value: draft.value ?? '' }),
    }));
    const version = await write({ path, cas: of?.version ?? 0, fields });
    go('secrets');
    toast(of ? `Version ${version} of ${path} is written.` : `${path} is stored.`);
    onClose();
  });
  return (
    <Dialog onClose={onClose} title={of ? 'New version' : 'New secret'} size={720}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) saving.run();
        }}
      >
        <TextInput
          label="Path"
          description={of ? undefined : 'Folders by slashes, for instance shop/production/stripe.'}
          placeholder="project/environment/name"
          value={path}
          disabled={of !== null}
          onChange={(event) => setPath(event.currentTarget.value)}
          error={path === '' || path.endsWith('/') ? null : pathReason}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          autoComplete="off"
          data-autofocus={of === null || undefined}
        />
        <div className="editor-fields">
          {drafts.map((draft, index) => (
            <FieldEditor
              key={draft.id}
              draft={draft}
              number={index + 1}
              doubled={doubled !== undefined && draft.name.trim() === doubled}
              onChange={(changed) => change(draft.id, changed)}
              onRemove={
                drafts.length > 1 ? () => setDrafts(drafts.filter((one) => one.id !== draft.id)) : null
              }
            />
          ))}
          <div>
            <Button
              variant="subtle"
              size="xs"
              leftSection={<IconPlus size={14} aria-hidden="true" />}
              onClick={() => setDrafts([...drafts, newDraft('', false)])}
            >
              Add a field
            </Button>
          </div>
        </div>
        <ProblemNotice problem={inWords(saving.problem, of === null)} />
        <div className="form-buttons">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.busy} disabled={!ready}>
            {of ? `Save as version ${of.version + 1}` : 'Store secret'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** For a new secret, "a newer version" means that the path is taken. */
function inWords(problem: Problem | null, isNew: boolean): Problem | null {
  return isNew && problem?.code === 'check-and-set-failed'
    ? {
        ...problem,
        words:
          'There is a secret at that path already. Choose another path, or open it and write a new version.',
      }
    : problem;
}

function folderPrefix(selected: string | null): string {
  if (selected?.startsWith('folder:')) return `${selected.slice('folder:'.length)}/`;
  const above = selected?.slice('secret:'.length).split('/').slice(0, -1).join('/') ?? '';
  return above === '' ? '' : `${above}/`;
}
