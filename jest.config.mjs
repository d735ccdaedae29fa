/** What every package's jest.config.mjs starts from: native ES modules, TypeScript by swc, real sockets. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' } }],
  },
  maxWorkers: 1,
  testTimeout: 30_000,
};
