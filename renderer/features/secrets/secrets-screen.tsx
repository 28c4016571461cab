import './secrets.css';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconFileImport, IconKey, IconPlus } from '@tabler/icons-react';
import { useNavigation } from '../../app/navigation.ts';
import { Screen, Search, Whole } from '../../ui/screen.tsx';
import { Empty, Failed, Loading, Stale } from '../../ui/screen-state.tsx';
import { EnvDropZone } from './env-drop-zone.tsx';
import { SecretDetail } from './secret-detail.tsx';
import { SecretTree } from './secret-tree.tsx';
import { useSecrets } from './secrets-store.ts';

/** The tree of secrets, and the one that is looked at. */
export function SecretsScreen() {
  const { folders, words, search, refresh, path } = useSecrets();
  const open = useNavigation((navigation) => navigation.open);
  const some = folders.kind === 'ready' && (folders.value.get('')?.length ?? 0) > 0;
  return (
    <EnvDropZone>
      {folders.kind !== 'ready' || (!some && path === null) ? (
        <Whole title="Secrets">
          {folders.kind === 'loading' ? (
            <Loading />
          ) : folders.kind === 'failed' ? (
            <Failed problem={folders.problem} onRetry={() => void refresh()} />
          ) : (
            <NoSecrets />
          )}
        </Whole>
      ) : (
        <Screen
          title="Secrets"
          tools={
            <>
              <Tooltip label="Import a .env file">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label="Import .env"
                  onClick={() => open({ kind: 'import-env', fileName: null })}
                >
                  <IconFileImport size={17} />
                </ActionIcon>
              </Tooltip>
              <Button
                variant="default"
                size="xs"
                leftSection={<IconPlus size={14} aria-hidden="true" />}
                onClick={() => open({ kind: 'new-secret' })}
              >
                New secret
              </Button>
            </>
          }
          list={
            <>
              <Stale problem={folders.stale} />
              <Search label="Search secrets" value={words} onChange={search} />
              <SecretTree folders={folders.value} />
            </>
          }
          detail={path === null ? <NothingSelected /> : <SecretDetail />}
        />
      )}
    </EnvDropZone>
  );
}

function NoSecrets() {
  const open = useNavigation((navigation) => navigation.open);
  return (
    <Empty
      icon={<IconKey size={26} stroke={1.6} />}
      title="Put the first key behind the desk"
      actions={
        <>
          <Button onClick={() => open({ kind: 'new-secret' })}>New secret</Button>
          <Button variant="default" onClick={() => open({ kind: 'import-env', fileName: null })}>
            Import .env…
          </Button>
        </>
      }
    >
      <p>
        A secret is a stored key: an API token, a password, a certificate. It has a path and some fields, and
        keeps its old versions.
      </p>
      <p>You can also drop a .env file here, or paste its text.</p>
    </Empty>
  );
}

function NothingSelected() {
  return (
    <Empty icon={<IconKey size={26} stroke={1.6} />} title="Choose a secret">
      <p>Values stay hidden until you ask for them; copying never shows them.</p>
    </Empty>
  );
}
