/* Data flows one way: catalogue -> spec -> fixture -> client -> system -> verdict -> report. */
const only = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^(requirements|specs|fixtures|programs|mutations|reports|scripts|tests)/', pathNot: to },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only(
      'catalogue-is-first',
      '^requirements/',
      '^requirements/',
      'The catalogue knows nothing of what judges it.',
    ),
    only(
      'spec-imports-test',
      '^specs/',
      '^fixtures/test\\.ts$',
      'A spec imports fixtures/test.ts and nothing else.',
    ),
    only(
      'programs-stand-alone',
      '^programs/',
      '^programs/',
      'Programs are provided without knowing the stack.',
    ),
    only(
      'clients-know-no-fixture',
      '^fixtures/clients/',
      '^fixtures/(clients/|poll\\.ts$|(errors|span)\\.ts$)',
      'Clients know the wire, not the harness.',
    ),
    {
      name: 'clients-know-no-playwright',
      severity: 'error',
      from: { path: '^fixtures/(clients|ledger|stack|target|verdict)/' },
      to: { path: '@playwright/test|allure' },
    },
    only(
      'ledger-knows-no-system',
      '^fixtures/ledger/',
      '^fixtures/(ledger/|(errors|span)\\.ts$)',
      'The ledger compares; it does not talk.',
    ),
    only(
      'fixtures-know-no-spec',
      '^fixtures/(?!global-setup\\.ts$)',
      '^(requirements|fixtures|programs)/',
      'Fixtures know neither specs nor reports; only what begins a run asks which tests it has.',
    ),
    only(
      'reports-are-last',
      '^reports/',
      '^(reports|requirements|fixtures/(verdict/|settings\\.ts$))',
      'A report reads verdicts and the catalogue.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
