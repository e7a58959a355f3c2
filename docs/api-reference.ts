// Writes docs/api/ (not kept in git) from the docstrings of what the package exports: `tsx docs/api-reference.ts`. An
// exported name without a docstring, or a link to nothing, is a failure.
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'

// TypeDoc needs the compiler's JavaScript API, which TypeScript 7 has no more: it gets version 6, under another name.
const compiler = import.meta.resolve('typescript-api')
register(
  `data:text/javascript,${encodeURIComponent(`
    export const resolve = (name, context, next) =>
      name === 'typescript' ? { url: ${JSON.stringify(compiler)}, shortCircuit: true } : next(name, context)`)}`,
)
const { Application } = await import('typedoc')
const { load: markdown } = await import('typedoc-plugin-markdown')

const root = fileURLToPath(new URL('..', import.meta.url))
/** Entry of the package → its source. */
const entries = {
  faceseal: 'index',
  'faceseal/element': 'element/index',
  'faceseal/react': 'react/index',
  'faceseal/vue': 'vue/index',
  'faceseal/server': 'server/index',
  'faceseal/server/postgres': 'server/postgres',
  'faceseal/server/node': 'server/node',
  'faceseal/server/timestamp': 'server/timestamp/index',
  'faceseal/policy': 'policy/index',
}

const options = {
  plugin: [markdown],
  entryPoints: Object.values(entries).map((name) => `${root}src/${name}.ts`),
  tsconfig: `${root}docs/tsconfig.api.json`,
  name: 'API reference',
  out: `${root}docs/api`,
  readme: 'none',
  // `tsc -b` checks the types; here only their comments are read.
  skipErrorChecking: true,
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  excludeProtected: true,
  validation: { notExported: false, invalidLink: true },
  // One page an entry, and its members as tables.
  ...{ router: 'module', entryFileName: 'index', hidePageHeader: true, hideBreadcrumbs: true, hidePageTitle: false },
  ...{ parametersFormat: 'table', interfacePropertiesFormat: 'table', typeAliasPropertiesFormat: 'table' },
  ...{ propertyMembersFormat: 'table', typeDeclarationFormat: 'table', useCodeBlocks: true, expandParameters: true },
  tableColumnSettings: { hideModifiers: true, hideDefaults: true },
}
const app = await Application.bootstrapWithPlugins(options)
const project = await app.convert()
if (!project) process.exit(1)

const names = new Map(Object.entries(entries).map(([name, source]) => [source.replace(/\/index$/, ''), name]))
const undocumented: string[] = []
for (const entry of project.children ?? []) {
  entry.name = names.get(entry.name) ?? entry.name
  for (const member of entry.children ?? []) {
    const documented = member.hasComment() || (member.signatures ?? []).some((signature) => signature.hasComment())
    if (!documented && !member.isReference()) undocumented.push(`${entry.name}: ${member.name}`)
  }
}
const before = app.logger.warningCount
app.validate(project)
const brokenLinks = app.logger.warningCount - before
await app.generateOutputs(project)
for (const name of undocumented) process.stderr.write(`${name} has no docstring\n`)
if (app.logger.hasErrors() || brokenLinks + undocumented.length > 0) process.exitCode = 1
