// Nest 12 is ESM only, so Jest runs ESM too (node --experimental-vm-modules).
const project = (displayName, testMatch) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFiles: ['reflect-metadata'],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
});

export default {
  // Browsers and processes start slowly on a busy machine; a hanging test still ends.
  testTimeout: 30_000,
  projects: [
    project('unit', ['<rootDir>/{src,config,test/history}/**/*.spec.ts']),
    project('contract', ['<rootDir>/test/contract/**/*.spec.ts']),
    project('e2e', ['<rootDir>/test/{e2e,fault,history}/**/*.e2e-spec.ts']),
  ],
};
