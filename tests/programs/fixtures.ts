import { test as base } from '@playwright/test';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fullEnvironment, settings } from '../../fixtures/settings.ts';
import type { Archive, Checksum, Home, Pin, Program } from '../../programs/pin.ts';
import { provide, type ProvideOptions } from '../../programs/provide.ts';
import { writeRecipe } from './go.ts';
import { openSite, type Site } from './site.ts';

/** A program of the tests: a script, so that it runs everywhere. */
export const released = Buffer.from('#!/bin/sh\nprintf released\n');

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

interface PinParts {
  archive?: Archive;
  checksum?: Checksum;
  home?: Home;
  recipe?: string;
}

interface Fixtures {
  /** A folder that is gone after the test. */
  scratch: string;
  cacheDir: string;
  site: Site;
  /** A pin of the site's /program, version 2.0.0 released and 1.0.0 built. */
  pinOf: (name: string, parts?: PinParts) => Pin;
  /** What was reported as progress. */
  lines: string[];
  provided: (pin: Pin, options?: Partial<ProvideOptions>) => Promise<Program>;
  /** Every entry of the cache and every folder of staging: what a failure must leave empty. */
  leftovers: () => Promise<string[]>;
}

export const test = base.extend<Fixtures>({
  scratch: async ({}, use) => {
    const folder = await mkdtemp(join(settings.tmp, 'programs-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  cacheDir: async ({ scratch }, use) => {
    await use(join(scratch, 'cache'));
  },

  site: async ({}, use) => {
    const site = await openSite();
    site.answers.set('/program', { body: released });
    await use(site);
    await site.close();
  },
  pinOf: async ({ scratch, site }, use) => {
    const recipe = await writeRecipe(join(scratch, 'recipe'));
    await use((name, parts = {}) => {
      const asset = {
        url: `${site.url}/program`,
        checksum: parts.checksum ?? { sha256: sha256(released) },
        archive: parts.archive ?? { kind: 'bare' },
      };
      return {
        name,
        home: parts.home ?? null,
        release: {
          version: '2.0.0',
          assets: { 'linux-amd64': asset, 'linux-arm64': asset, 'darwin-arm64': asset },
        },
        recipe: {
          how: 'required',
          module: 'example.test/program@v1.0.0',
          version: '1.0.0',
          folder: parts.recipe ?? recipe,
          package: '.',
          tags: [],
          cgo: false,
          minutes: 1,
        },
      };
    });
  },

  lines: async ({}, use) => {
    await use([]);
  },
  provided: async ({ cacheDir, lines }, use) => {
    const onProgress = (text: string): void => {
      lines.push(text);
    };
    await use((pin, options) =>
      provide(pin, { cacheDir, onProgress, environment: fullEnvironment(), ...options }),
    );
  },
  leftovers: async ({ cacheDir }, use) => {
    const below = async (folder: string): Promise<string[]> =>
      (await readdir(join(cacheDir, folder)).catch(() => [])).map((name) => join(folder, name));
    await use(async () => {
      const programs = await below('programs');
      const names = await below('staging');
      return (await Promise.all([...programs, ...names].map(below))).flat();
    });
  },
});

export { expect } from '@playwright/test';
