// The room map of ARCHITECTURE.md as rules. Each room lists the rooms below src/ it may import.
const mayImport = {
  observability: [],
  protocol: [],
  ports: ['protocol'],
  hub: ['protocol', 'ports', 'observability'],
  auth: ['protocol', 'ports', 'observability'],
  transport: ['protocol', 'ports', 'hub', 'auth', 'observability'],
  features: ['protocol', 'ports', 'hub', 'auth', 'transport', 'observability'],
  adapters: ['protocol', 'ports', 'observability'],
};
const rooms = Object.keys(mayImport).join('|');
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule('no-cycles', 'An import cycle between classes crashes at load in ESM.', {}, { circular: true }),
    rule(
      'no-unlisted-rooms',
      'A new folder in src/ needs a row in mayImport.',
      {},
      { path: '^src/[^/]+/', pathNot: `^src/(${rooms})/` },
    ),
    ...Object.entries(mayImport).map(([room, allowed]) =>
      rule(
        `${room}-imports-only-${allowed.join('+') || 'itself'}`,
        'A room imports only the rooms above it.',
        { path: `^src/${room}/` },
        { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
      ),
    ),
    rule(
      'features-are-islands',
      'Features meet in hub and ports, never directly.',
      { path: '^src/features/([^/]+)/' },
      { path: '^src/features/', pathNot: '^src/features/$1/' },
    ),
    rule(
      'adapters-are-islands',
      'An adapter fills one port and knows no other technology.',
      { path: '^src/adapters/([^/]+)/' },
      { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    ),
    rule(
      'pure-rooms-use-no-package',
      'protocol and ports know no framework and no configuration.',
      { path: '^src/(protocol|ports)/' },
      { path: '^config/|node_modules/' },
    ),
    rule(
      'pure-rooms-use-no-node',
      'protocol and ports run anywhere, a browser included.',
      { path: '^src/(protocol|ports)/' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'config-is-a-leaf',
      'config imports nothing of ours.',
      { path: '^config/' },
      { path: '^(src|test|bench)/' },
    ),
    rule(
      'main-wires-nothing',
      'Only app.module.ts chooses adapters.',
      { path: '^src/(main|bootstrap)\\.ts$' },
      { path: '^src/(adapters|features)/' },
    ),
    rule(
      'ws-lives-at-the-edge',
      'Only transport and feed adapters see a WebSocket.',
      { path: '^src/', pathNot: '^src/(transport|adapters/feed)/' },
      { path: 'node_modules/(@types/)?ws/|node_modules/@nestjs/platform-ws/' },
    ),
    rule(
      'no-tests-in-production',
      'Shipped code never imports test or bench code.',
      { path: '^(src|config)/' },
      { path: '^(test|bench)/' },
    ),
    rule(
      'no-dev-or-undeclared-packages',
      'Shipped code uses declared dependencies only.',
      { path: '^(src|config)/' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    ),
    rule('no-unresolvable', 'Every import resolves.', {}, { couldNotResolve: true }),
  ],
  options: {
    tsPreCompilationDeps: true, // a type-only import is a dependency too
    exclude: { path: '\\.spec\\.ts$' }, // a unit spec may use an adapter as a fake
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
