import { searchHistory, storedSecrets, test, thresholds, workTreeOf } from '../fixtures/test.ts';

test(
  'NFR-lgtm-d4f8c2a1-SEC-001 credentials are encrypted by SOPS with age, and no commit ever held one in clear',
  { tag: '@NFR-lgtm-d4f8c2a1-SEC-001' },
  async ({ criterion, target }) => {
    const { plaintext } = thresholds('NFR-lgtm-d4f8c2a1-SEC-001');
    const secrets = storedSecrets(target.manifests);
    const faults = secrets.flatMap(({ file, faults: all, clear }) => [
      ...all.map((fault) => `${file}: ${fault}`),
      ...clear.map((key) => `${file}: ${key} is in clear`),
    ]);
    criterion.require('secrets that are not encrypted by SOPS with age', 'none', faults.join('; ') || 'none');
    criterion.note(
      { name: 'secrets encrypted by SOPS with age', value: secrets.length, samples: secrets.length },
      'secrets',
    );

    const tree = await workTreeOf(target.manifests);
    test.skip('missing' in tree, 'missing' in tree ? `the history cannot be searched: ${tree.missing}` : '');
    if ('missing' in tree) return;
    const { objects, findings } = await searchHistory(tree.root);
    criterion.measure(
      {
        name: 'plaintext credentials in the whole history',
        value: findings.length,
        samples: objects,
        findings,
      },
      plaintext,
    );
  },
);
