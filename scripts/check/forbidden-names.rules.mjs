import ts from 'typescript';

const nowhere = /^(?!)/;
const isGlobal = (node) => !ts.isPropertyAccessExpression(node.parent) || node.parent.expression === node;
const isMember = (node) =>
  ts.isPropertyAccessExpression(node.parent) || ts.isElementAccessExpression(node.parent);

/** Which name, in which files it may stand, and why nowhere else. `only` narrows a name that has other meanings. */
export const rules = [
  // SECURITY(P3)
  { names: ['eval'], only: isGlobal, allowed: nowhere, why: 'runs text as code' },
  {
    names: ['Function'],
    only: (node) => ts.isNewExpression(node.parent) || ts.isCallExpression(node.parent),
    allowed: nowhere,
    why: 'runs text as code',
  },
  {
    names: ['executeJavaScript', 'executeJavaScriptInIsolatedWorld'],
    allowed: nowhere,
    why: 'runs text in the page',
  },
  {
    names: ['dangerouslySetInnerHTML', 'innerHTML', 'outerHTML', 'insertAdjacentHTML'],
    below: 'renderer/',
    allowed: nowhere,
    why: 'turns text into markup',
  },
  // SECURITY(I1)
  {
    names: ['ipcMain'],
    allowed: /^electron\/main\/life-cycle\.ts$/,
    why: 'is handed to the router once; handlers are made by the router',
  },
  { names: ['ipcRenderer'], allowed: /^electron\/preload\//, why: 'belongs to the preload alone' },
  // SECURITY(W4)
  {
    names: ['openExternal'],
    allowed: /^electron\/platform\/open-external\.ts$/,
    why: 'has one caller, which holds the exact list of addresses',
  },
  {
    names: ['keywarden'],
    below: 'renderer/',
    only: isMember,
    allowed: /^renderer\/bridge\//,
    why: 'on window is read by renderer/bridge alone',
  },
  // SECURITY(S8)
  {
    names: ['crashReporter'],
    allowed: nowhere,
    why: 'would carry memory, and with it secrets, out of the process',
  },
  {
    names: ['localStorage', 'sessionStorage', 'indexedDB'],
    below: 'renderer/',
    only: isGlobal,
    allowed: nowhere,
    why: 'would keep what the window shows on disk',
  },
];
