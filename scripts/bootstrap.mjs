// Plain JavaScript on purpose: this is what runs in a fresh clone, before anything is installed.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [script, ...args] = process.argv.slice(2);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old — install Node 20.19 or newer.`);
  process.exit(1);
}

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
// npm leaves the lock file it installed in node_modules/.package-lock.json; ours is copied beside it as a stamp.
const stamp = join(root, 'node_modules', '.installed-lock.json');
if (read(stamp) !== read(join(root, 'package-lock.json'))) {
  console.log('Installing packages (npm ci) …');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (npm.status !== 0) {
    console.error('npm ci failed — see its message above; the npm registry must be reachable once.');
    process.exit(1);
  }
  copyFileSync(join(root, 'package-lock.json'), stamp);
}

// Playwright takes no options of ours; its workers read this one from the environment.
const { tokens } = parseArgs({ args, strict: false, tokens: true, options: { outage: { type: 'string' } } });
const outage = tokens.find(({ kind, name }) => kind === 'option' && name === 'outage');
if (outage) {
  args.splice(outage.index, outage.inlineValue ? 1 : 2);
  process.env.LGTM_OUTAGE = outage.value ?? '';
}

// The script runs in this very process, so a signal meant for it reaches it.
process.chdir(root);
process.argv = [process.argv[0], join(root, script), ...args];
if (script.endsWith('.ts')) (await import('tsx/esm/api')).register();
await import(join(root, script));
