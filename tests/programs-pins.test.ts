import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pin } from '../programs/pin.ts';
import { pins } from '../programs/pins.ts';

for (const [key, pin] of Object.entries<Pin>(pins))
  test(`${key} is pinned by what its recipe's go.mod and go.sum say`, async () => {
    expect(pin.name).toBe(key);
    const [path = '', version = ''] = pin.recipe.module.split('@');
    const mod = await readFile(join(pin.recipe.folder, 'go.mod'), 'utf8');
    expect(mod.split(/\s*\n\s*/).map((line) => line.replace(/^require |\s*\/\/ indirect$/g, ''))).toContain(
      `${path} ${version}`,
    );
    const sum = await readFile(join(pin.recipe.folder, 'go.sum'), 'utf8');
    expect(sum).toContain(`${path} ${version} h1:`);
    expect(sum).toContain(`${path} ${version}/go.mod h1:`);
  });

for (const [key, pin] of Object.entries<Pin>(pins))
  for (const [platform, asset] of Object.entries(pin.release.assets)) {
    if ('none' in asset) continue;

    test(`${key} ${platform}: an address with the version in it, and something to verify it with`, () => {
      expect(asset.url).toMatch(/^https:/);
      expect(asset.url).toContain(pin.release.version);
      const [proof, form] =
        'sha256' in asset.checksum
          ? [asset.checksum.sha256, /^[0-9a-f]{64}$/]
          : [asset.checksum.file, /^https:/];
      expect(proof).toMatch(form);
    });
  }
