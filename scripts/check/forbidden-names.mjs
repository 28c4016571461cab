import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../project-root.mjs';
import { rules } from './forbidden-names.rules.mjs';

const folders = ['electron', 'renderer', 'shared'];

/** Names that may stand in the code of certain files only. */
export async function check() {
  return look(projectRoot).map(({ rule, place }) => `${place}: ${rule.names.join('/')} ${rule.why}`);
}

/** The fixture breaks every rule of the table. */
export async function bite() {
  const broken = new Set(look(join(projectRoot, 'test', 'fixtures', 'bad-names')).map(({ rule }) => rule));
  return rules
    .filter((rule) => !broken.has(rule))
    .map((rule) => `not enforced: ${rule.names.join('/')} ${rule.why}`);
}

function look(root) {
  return folders.flatMap((folder) => sourcesBelow(root, folder)).flatMap((path) => breaches(root, path));
}

function sourcesBelow(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder), { recursive: true });
  return names
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}

/** Reads the file as a syntax tree, so that a comment or a text may speak of what the code must not do. */
function breaches(root, path) {
  const applying = rules.filter((rule) => path.startsWith(rule.below ?? '') && !rule.allowed.test(path));
  const file = ts.createSourceFile(
    path,
    readFileSync(join(root, path), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = [];
  const visit = (node) => {
    if (ts.isIdentifier(node) || isPropertyName(node)) {
      for (const rule of applying) {
        if (!rule.names.includes(node.text) || (rule.only && !rule.only(node))) continue;
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        found.push({ rule, place: `${path}:${line + 1}` });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `page['eval']` names a property as `page.eval` does. */
function isPropertyName(node) {
  return ts.isStringLiteral(node) && ts.isElementAccessExpression(node.parent);
}
