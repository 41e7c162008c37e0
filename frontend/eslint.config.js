import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { readdirSync } from 'node:fs';
import svelteConfig from './svelte.config.js';

const features = readdirSync(new URL('./src/lib/features', import.meta.url));
const forbid = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const upwards = { group: ['$lib/features/*', '**/features/*'], message: 'api, ui and i18n know no feature.' };
const routes = { regex: '(^|/)routes/', message: 'Routes use the library, never back.' };

export default ts.config(
  { ignores: ['.svelte-kit/', 'build/', 'src/lib/api/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } }
  },
  {
    rules: {
      'max-lines': ['error', 300],
      'no-undef': 'off',
      // The page is always served at the root of its origin.
      'svelte/no-navigation-without-resolve': 'off'
    }
  },
  // The direction of imports: api, ui, i18n <- features/<area> <- routes; features do not import each other.
  { files: ['src/lib/{api,ui,i18n}/**'], rules: forbid([upwards, routes]) },
  ...features.map((area) => ({
    files: [`src/lib/features/${area}/**`],
    rules: forbid([
      routes,
      {
        regex: `features/(?!${area}(/|$))`,
        message: 'A feature does not import another: what they share belongs in ui or api.'
      },
      { regex: '^\\.\\./(?!\\.\\.)', message: 'A feature imports its own files and $lib/{api,ui,i18n}.' }
    ])
  }))
);
