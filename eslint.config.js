import playwright from 'eslint-plugin-playwright';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules', 'runs', 'reports/allure-*', 'test-results'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // The classes of @kubernetes/client-node are the shapes of plain objects, and plain objects are what they are read from.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-restricted-globals': [
        'error',
        { name: 'setTimeout', message: 'Poll with a deadline (fixtures/poll.ts); never sleep.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only fixtures/settings.ts reads the environment.' },
      ],
      'no-console': 'error',
    },
  },
  { files: ['fixtures/settings.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['fixtures/poll.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['scripts/**'], rules: { 'no-console': 'off' } },
  {
    files: ['specs/**', 'tests/**'],
    extends: [playwright.configs['flat/recommended']],
    rules: {
      'playwright/no-wait-for-timeout': 'error',
      'playwright/no-focused-test': 'error',
      'playwright/expect-expect': 'off',
      'playwright/no-standalone-expect': 'off',
      'playwright/no-conditional-in-test': 'off',
      // What a target cannot judge is skipped with the reason.
      'playwright/no-skipped-test': ['error', { allowConditional: true }],
    },
  },
);
