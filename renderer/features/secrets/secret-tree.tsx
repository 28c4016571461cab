import { IconChevronRight, IconFolder, IconKey } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useNavigation } from '../../app/navigation.ts';
import { useContextMenu } from '../../ui/context-menu.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { useNow } from '../../ui/ticker.ts';
import { exactWords, relativeWords } from '../../ui/time-words.ts';
import { toast } from '../../ui/toast.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import type { SecretFolders } from './crawl-folders.ts';
import { foundLines, lineKey, type SecretLine, treeLines } from './secret-lines.ts';
import { useSecrets } from './secrets-store.ts';

/** The folders and secrets, or what a search found among all that was read. */
export function SecretTree({ folders }: { readonly folders: SecretFolders }) {
  const open = useNavigation((navigation) => navigation.open);
  const { unfolded, selected, words, fold, show, selectFolder } = useSecrets();
  const { menu, openAt } = useContextMenu();
  const searching = words.trim() !== '';
  const lines = useMemo(
    () => (searching ? foundLines(folders, words) : treeLines(folders, unfolded)),
    [folders, words, unfolded, searching],
  );
  if (lines.length === 0) {
    return (
      <p className="quiet" style={{ padding: '8px 16px' }}>
        {searching ? 'No secret has these words in its path.' : 'Nothing here.'}
      </p>
    );
  }
  const toggle = (line: SecretLine): void => {
    if (line.kind === 'folder') fold(line.path, !line.open);
  };
  return (
    <>
      <VirtualList<SecretLine>
        label="Secrets"
        role={searching ? 'listbox' : 'tree'}
        items={lines}
        rowHeight={32}
        selectedKey={selected}
        onSelect={(line) => (line.kind === 'folder' ? selectFolder(line.path) : void show(line.path))}
        onPress={toggle}
        onOpen={toggle}
        onFold={(line, open) => {
          if (line.kind === 'folder' && line.open !== open) fold(line.path, open);
          else if (!open) selectAbove(line, selectFolder);
        }}
        onCopy={(line) => copyPath(line.path)}
        onContext={(line, event) => {
          if (line.kind === 'folder') selectFolder(line.path);
          else void show(line.path);
          openAt(event, [
            { label: 'Copy path', run: () => copyPath(line.path) },
            { label: 'New secret here…', run: () => open({ kind: 'new-secret' }) },
          ]);
        }}
        row={(line) => ({
          key: lineKey(line),
          level: line.level,
          expanded: line.kind === 'folder' ? line.open : undefined,
          content: () => <Line line={line} />,
        })}
      />
      {menu}
    </>
  );
}

function copyPath(path: string): void {
  if (copyText(path)) toast(`Copied the path ${path}.`);
}

function selectAbove(line: SecretLine, select: (folder: string) => void): void {
  const above = line.path.split('/').slice(0, -1).join('/');
  if (above !== '') select(above);
}

function Line({ line }: { readonly line: SecretLine }) {
  const now = useNow();
  const indent = { paddingLeft: line.level * 18 };
  if (line.kind === 'folder') {
    return (
      <span className="row grow" style={indent}>
        <IconChevronRight
          size={14}
          aria-hidden="true"
          className={line.open ? 'secret-fold secret-fold-open' : 'secret-fold'}
        />
        <IconFolder size={16} stroke={1.7} aria-hidden="true" className="secret-line-icon" />
        <span className="cut grow">{line.name}</span>
      </span>
    );
  }
  return (
    <span className="row grow" style={indent} title={line.path}>
      <span style={{ width: 14 }} />
      <IconKey size={15} stroke={1.7} aria-hidden="true" className="secret-line-icon" />
      <span className="cut grow">{line.name}</span>
      {line.updatedAt !== null && (
        <span className="secret-line-when tabular" title={exactWords(line.updatedAt)}>
          {relativeWords(line.updatedAt, now)}
        </span>
      )}
    </span>
  );
}
