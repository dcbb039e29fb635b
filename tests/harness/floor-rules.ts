// Who may import whom, and what the lower floors may not reach for: the rules of ARCHITECTURE.md as a table and a
// checker. Reads syntax trees, so that a word in a comment or a string is no offence.
import path from 'node:path';
import ts from 'typescript';

/** One broken rule, as a sentence that names the file and the line. */
export type Breach = { file: string; line: number; sentence: string };

/** What the files below a folder may import. Own files are always allowed; everything not named is refused. */
type Floor = {
  /** Folders of ours (`messages` are the words shown to people) whose values may be imported. */
  imports: readonly string[];
  /** Folders of ours of which only types may be imported. */
  importsTypes?: readonly string[];
  /** The same, with constants (lifetimes are written once) and error classes (a port's own way to fail). */
  importsVocabulary?: readonly string[];
  /** Packages that may be imported; absent means any that no adapter keeps to itself. */
  packages?: readonly string[];
  /** Clock, randomness and environment are handed in. */
  isPure?: boolean;
  /** The sentence for a refused import. */
  rule: string;
};

/** Computation only: nothing here reads a clock, a file, a network or the environment. */
const PURE_PACKAGES = [
  'jose',
  'zod',
  'use-intl/core',
  'ipaddr.js',
  'libphonenumber-js',
  'tldts', // the list of public suffixes is in the package
  'sms-segments-calculator',
  'liquidjs', // templates are handed in: it is given an empty map in place of a folder
  'html-to-text',
  'sanitize-html',
  'postcss',
  'postcss-selector-parser',
  '@formatjs/intl-localematcher',
  '@fastify/busboy', // takes a form apart as its bytes are handed in
  'csv-stringify',
];
const PURE_BUILTINS = ['node:crypto', 'node:url', 'node:util', 'node:buffer'];
const PURE = { packages: [...PURE_PACKAGES, ...PURE_BUILTINS], isPure: true };

const PROTOCOL_AND_LOGIN = ['lib/oidc', 'lib/login'];
const PORTS = [...PROTOCOL_AND_LOGIN, 'lib/endpoints', 'lib/management'];
const ADAPTERS = ['lib/store', 'lib/delivery', 'lib/keys'];

const ADAPTER_RULE =
  'an adapter imports its own vendor package and the types, constants and errors of ports, never another adapter';

const FLOORS: Record<string, Floor> = {
  'lib/oidc': { imports: [], ...PURE, rule: 'lib/oidc, the protocol, imports nothing of ours' },
  'lib/login': {
    imports: ['lib/oidc', 'messages'],
    ...PURE,
    rule: 'lib/login, the login domain, imports lib/oidc and words only',
  },
  'lib/endpoints': {
    imports: [...PROTOCOL_AND_LOGIN, 'lib/management', 'messages'],
    ...PURE,
    rule: 'lib/endpoints speaks web standards and imports lib/oidc and lib/login only',
  },
  'lib/management': {
    imports: [...PROTOCOL_AND_LOGIN, 'lib/endpoints'],
    ...PURE,
    rule: 'lib/management speaks web standards and imports lib/oidc and lib/login only',
  },
  'lib/store': { imports: ['prisma/generated'], importsVocabulary: PORTS, rule: ADAPTER_RULE },
  'lib/delivery': { imports: ['messages'], importsVocabulary: PORTS, rule: ADAPTER_RULE },
  'lib/keys': { imports: [], importsVocabulary: PORTS, rule: ADAPTER_RULE },
  'lib/runtime': {
    imports: [...PORTS, ...ADAPTERS, 'messages'],
    rule: 'lib/runtime composes the floors below it and imports neither pages nor the command line',
  },
  'lib/web': {
    imports: [...PORTS, 'lib/runtime', 'messages'],
    rule: 'lib/web helps pages and reaches adapters through lib/runtime only',
  },
  'lib/cli': {
    imports: [...PORTS, 'lib/runtime', 'messages'],
    rule: 'lib/cli reaches adapters through lib/runtime only',
  },
  app: {
    imports: [...PORTS, 'lib/runtime', 'lib/web', 'components', 'messages'],
    rule: 'app reaches adapters through lib/runtime only',
  },
  'components/console': {
    imports: [],
    importsTypes: [...PROTOCOL_AND_LOGIN, 'lib/management', 'lib/web/console', 'messages'],
    packages: [
      'react',
      'react-dom',
      'next/link',
      'next/navigation',
      'lucide-react',
      'class-variance-authority',
      '@radix-ui',
      'cmdk',
      'd3-scale',
      '@codemirror',
      '@lezer',
    ],
    rule: 'components/console imports its parts and types of lib/management and lib/web/console only; actions and words arrive as props',
  },
  components: {
    imports: [],
    importsTypes: [...PROTOCOL_AND_LOGIN, 'messages'],
    packages: ['react'],
    rule: 'components import react and types of lib/oidc and lib/login only; actions and words arrive as props',
  },
};

/** Packages that one adapter keeps to itself; lib/runtime, which composes, may import any. */
const VENDORS: Record<string, string> = {
  '@prisma': 'lib/store',
  '@electric-sql': 'lib/store',
  'pglite-prisma-adapter': 'lib/store',
  pg: 'lib/store',
  resend: 'lib/delivery',
  nodemailer: 'lib/delivery',
  twilio: 'lib/delivery',
  standardwebhooks: 'lib/delivery',
  '@simplewebauthn': 'lib/keys',
};

const RANDOMNESS = [
  'randomBytes',
  'randomUUID',
  'randomInt',
  'randomFillSync',
  'getRandomValues',
  'generateKeyPair',
];

/** The folders whose files have a floor. */
export const GUARDED_FOLDERS = ['lib', 'app', 'components'];

/**
 * Checks one source file.
 *
 * @param file - path from the project's root, with forward slashes
 * @returns every broken rule in the order of the file; empty when all hold, or when the file stands on no floor
 */
export function checkFloors(file: string, source: string): Breach[] {
  const home = folderIn(Object.keys(FLOORS), file);
  const floor = home === null ? undefined : FLOORS[home];
  if (home === null || floor === undefined)
    return [
      { file, line: 1, sentence: `${file}: this folder has no floor yet; give it one in floor-rules.ts` },
    ];

  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const breaches: Breach[] = [];
  const report = (node: ts.Node, rule: string) => {
    const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
    const words = node.getText(tree).replace(/\s+/g, ' ');
    breaches.push({ file, line, sentence: `${file}:${line} ${words}: ${rule}` });
  };

  const visit = (node: ts.Node): void => {
    const imported = importOf(node);
    if (imported !== null) {
      const refusal = refuseImport({ file, home, floor, ...imported });
      if (refusal !== null) report(node, refusal);
    }
    if (home !== 'lib/runtime' && isMember(node, 'process', 'env'))
      report(node, 'only lib/runtime reads process.env');
    if (floor.isPure && reachesOutside(node))
      report(node, 'on floors 1 and 2 the clock and randomness are handed in as deps');
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return breaches;
}

type Import = { specifier: string; brings: 'types' | 'vocabulary' | 'values' };

/** Static, re-exporting, dynamic and `import('…').Type` imports alike. */
function importOf(node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
    return { specifier: node.moduleSpecifier.text, brings: readClause(node.importClause) };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier))
    return { specifier: node.moduleSpecifier.text, brings: node.isTypeOnly ? 'types' : 'values' };
  if (
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteral(node.argument.literal)
  )
    return { specifier: node.argument.literal.text, brings: 'types' };
  if (!ts.isCallExpression(node)) return null;
  const isLoading =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(node.expression) && node.expression.text === 'require');
  const [argument] = node.arguments;
  return isLoading && argument && ts.isStringLiteralLike(argument)
    ? { specifier: argument.text, brings: 'values' }
    : null;
}

function readClause(clause: ts.ImportClause | undefined): Import['brings'] {
  if (!clause) return 'values'; // imported for its effect
  if (clause.isTypeOnly) return 'types';
  const { name, namedBindings } = clause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return 'values';
  const values = namedBindings.elements.filter((element) => !element.isTypeOnly);
  // A capital begins a constant or a class, and the only classes of the house are errors.
  const areVocabulary = values.every((element) => /^[A-Z]/.test((element.propertyName ?? element.name).text));
  if (values.length === 0) return 'types';
  return areVocabulary ? 'vocabulary' : 'values';
}

function refuseImport({
  file,
  home,
  floor,
  specifier,
  brings,
}: { file: string; home: string; floor: Floor } & Import): string | null {
  const target = projectPath(file, specifier);
  if (target === null) return refusePackage(home, floor, specifier);
  if (folderIn([home, ...floor.imports], target) !== null) return null;
  if (brings === 'types' && folderIn(floor.importsTypes ?? [], target) !== null) return null;
  if (brings !== 'values' && folderIn(floor.importsVocabulary ?? [], target) !== null) return null;
  return floor.rule;
}

function refusePackage(home: string, floor: Floor, specifier: string): string | null {
  const vendor = folderIn(Object.keys(VENDORS), specifier);
  const owner = vendor === null ? undefined : VENDORS[vendor];
  if (owner !== undefined && owner !== home && home !== 'lib/runtime')
    return `only ${owner} may import ${vendor}`;
  if (floor.packages === undefined || folderIn(floor.packages, specifier) !== null) return null;
  return floor.isPure ? 'floors 1 and 2 import no package that is not pure computation' : floor.rule;
}

/** Where in the project an import leads; `null` is a package. */
function projectPath(file: string, specifier: string): string | null {
  if (specifier.startsWith('@/')) return specifier.slice(2);
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : null;
}

/** The folder of the list that a path is in (or is). */
function folderIn(folders: readonly string[], place: string): string | null {
  return folders.find((folder) => place === folder || place.startsWith(`${folder}/`)) ?? null;
}

function reachesOutside(node: ts.Node): boolean {
  if (
    isMember(node, 'Date', 'now') ||
    isMember(node, 'Math', 'random') ||
    isMember(node, 'performance', 'now')
  )
    return true;
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Date')
    return (node.arguments?.length ?? 0) === 0;
  if (!ts.isIdentifier(node) || !RANDOMNESS.includes(node.text)) return false;
  // A port may well be called `randomBytes`; taking it from a module or from `crypto` is what is refused.
  const { parent } = node;
  return (
    ts.isImportSpecifier(parent) ||
    (ts.isPropertyAccessExpression(parent) && /crypto$/i.test(parent.expression.getText()))
  );
}

function isMember(node: ts.Node, object: string, member: string): boolean {
  return (
    ts.isPropertyAccessExpression(node) && node.name.text === member && node.expression.getText() === object
  );
}
