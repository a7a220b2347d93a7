import {
  breaches,
  buckets,
  components,
  componentsOf,
  credentialReferences,
  effectiveConfiguration,
  inlineCredentials,
  isolationTable,
  objectStoreEndpoint,
  s3Settings,
  storedSecrets,
  test,
  thresholds,
  tryEveryKey,
  untilReady,
  untilRefused,
  type KeyHolder,
} from '../fixtures/test.ts';

/** More than any component needs to meet S3 and to say what became of it. */
const refusedWithinMs = 120_000;
/** S3's codes, and what S3 says with them, which is all that MinIO's library tells. */
const authenticationError =
  /SignatureDoesNotMatch|InvalidAccessKeyId|AccessDenied|Access Key Id you provided does not exist|signature we calculated does not match|Access Denied/;
const certificateError = /x509|certificate/;

const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const secretOf = (component: string): string => `${component}-s3-secret`;

test(
  'AC-lgtm-004-01 each component has its credentials in a secret that SOPS has encrypted',
  { tag: '@AC-lgtm-004-01' },
  async ({ criterion, target, madeSecrets }) => {
    const { secrets, readable } = thresholds('AC-lgtm-004-01');
    const judge = (whose: string, stored: readonly ReturnType<typeof storedSecrets>[number][]): void => {
      const clear = stored.flatMap(({ file, clear: all }) => all.map((key) => `${key} of ${file}`));
      criterion.measure(
        {
          name: `values in clear, ${whose}`,
          value: clear.length,
          samples: stored.flatMap(({ keys: all }) => all).length,
          findings: clear,
        },
        readable,
      );
      const faults = stored.flatMap(({ file, faults: all }) => all.map((fault) => `${file}: ${fault}`));
      criterion.require(`faults of the encryption, ${whose}`, 'none', faults.join('; ') || 'none');
      const names = stored.map(({ name }) => name).sort();
      criterion.require(`names of ${whose}`, components.map(secretOf).sort().join(), names.join());
      criterion.measure({ name: whose, value: names.length, samples: 1, findings: names }, secrets);
      for (const { name, keys: held } of stored)
        criterion.require(`keys of ${name}, ${whose}`, keys.join(), [...held].sort().join());
    };
    judge('secrets of the manifests', storedSecrets(target.manifests));

    // What a user gets is judged with a key that is known; nobody has the shipped placeholders' key.
    const made = await madeSecrets();
    judge('secrets made by npm run secrets', made.stored);
    for (const { name, recipients } of made.stored)
      criterion.require(`who can decrypt ${name}`, made.recipient, recipients.join());
    const values = Object.values(made.decrypted).flatMap((data) => keys.map((key) => data[key] ?? ''));
    criterion.require(
      'different values that the key alone decrypts',
      `${components.length * keys.length}`,
      `${new Set(values.filter((value) => value !== '')).size}`,
    );
    const all = (outcome: string): string => components.map(() => outcome).join();
    criterion.require('the same files with another key', all('refused'), made.otherKey.join());
    criterion.require('the files changed by hand', all('refused'), made.tampered.join());
    criterion.require('the files after the same command again', all('unchanged'), made.again.join());
    criterion.require('where plaintext was left', 'nowhere', made.leaks.join() || 'nowhere');
  },
);

test(
  'AC-lgtm-004-02 whatever needs a credential gets it by reference to the component’s own secret',
  { tag: '@AC-lgtm-004-02' },
  async ({ criterion, deployedObjects }) => {
    const findings = await inlineCredentials(deployedObjects);
    criterion.measure(
      {
        name: 'credentials written inline',
        value: findings.length,
        samples: deployedObjects.length,
        findings,
      },
      thresholds('AC-lgtm-004-02').inline,
    );
    const references = credentialReferences(deployedObjects);
    criterion.show(
      'references to secrets',
      references
        .map(({ place, variable, secret, key }) => `${place}: ${variable} = ${secret}/${key}`)
        .join('\n'),
    );
    for (const component of components) {
      const own = references.filter(({ place }) => place.includes(`/${component}, container `));
      criterion.require(
        `secrets that ${component} takes credentials from`,
        secretOf(component),
        [...new Set(own.map(({ secret }) => secret))].join(),
      );
      criterion.require(
        `credentials of the container that runs ${component}`,
        keys.map((key) => `${key}=${key}`).join(),
        own
          .filter(({ place }) => place.endsWith(', container app'))
          .map(({ variable, key }) => `${variable}=${key}`)
          .sort()
          .join(),
      );
    }
  },
);

test(
  'AC-lgtm-004-03 rotated credentials need a restart only, and the old ones are worth nothing',
  { tag: '@AC-lgtm-004-03' },
  async ({ criterion, target, rotatableShadow, say }) => {
    const { acceptedWithOldKey } = thresholds('AC-lgtm-004-03');
    const components = componentsOf('AC-lgtm-004-03');
    const access = target.objectStore;

    const rotated = await Promise.all(
      components.map((component) =>
        target.undisturbed(component, () =>
          target.loading(async () => {
            const shadow = await rotatableShadow(component);
            await untilReady(shadow);
            const before = await shadow.definition();
            const old = shadow.key;

            // The procedure of manifests/README.md: a new key, the Secret replaced, the pod restarted, the old key removed.
            const fresh = await shadow.makeKey();
            await shadow.replaceSecret(fresh);
            await shadow.restart();
            await untilReady(shadow);
            criterion.require(
              `what ${component} is started with, but for its secret`,
              before,
              await shadow.definition(),
            );
            await shadow.revoke(old);
            say(`${component} runs with its new key`);

            // The old one is gone: what starts now and is ready can only be using the new one.
            await shadow.restart();
            await untilReady(shadow);
            await shadow.replaceSecret(old);
            await shadow.restart();
            await untilRefused(shadow, authenticationError, `${component} with its old key`, refusedWithinMs);
            say(`${component} is refused with its old key`);
            return { component, old, fresh };
          }),
        ),
      ),
    );

    const holders: KeyHolder[] = [];
    for (const { component, old, fresh } of rotated) {
      const own = buckets[component];
      holders.push(
        { name: component, access: { ...access, ...(await target.keyOf(component)) }, own },
        { name: `${component}, rotated`, access: { ...access, ...fresh }, own },
        { name: `${component}, revoked`, access: { ...access, ...old }, own: null },
      );
    }
    const attempts = await tryEveryKey(
      holders,
      components.map((component) => buckets[component]),
      access,
    );
    criterion.show('credential isolation', isolationTable(attempts));
    const withOldKey = attempts.filter(({ holder }) => holder.endsWith(', revoked'));
    criterion.measure(
      {
        name: 'requests accepted with a revoked key',
        value: withOldKey.filter(({ allowed }) => allowed).length,
        samples: withOldKey.length,
        details: { 'keys tried': holders.length, 'attempts in all': attempts.length },
      },
      acceptedWithOldKey,
    );
    criterion.require('keys that do more or less than their own bucket', '', breaches(attempts).join('; '));
  },
);

test(
  'AC-lgtm-004-04 S3 is reached at https://s3.68cc.io only, and its name is verified',
  { tag: '@AC-lgtm-004-04' },
  async ({ criterion, target, shadow }) => {
    const { otherEndpoints } = thresholds('AC-lgtm-004-04');
    const components = componentsOf('AC-lgtm-004-04');
    const { host } = new URL(objectStoreEndpoint);

    for (const component of components) {
      const configurations: Record<string, unknown> = {
        ...(await target.configurations(component)),
        'what it says it runs with': await effectiveConfiguration(component, target.workload(component).url),
      };
      let named = 0;
      for (const [name, configuration] of Object.entries(configurations))
        for (const { at, endpoint, verified } of s3Settings(configuration)) {
          const where = `${component}, ${name}, ${at}`;
          named++;
          criterion.require(`S3's address in ${where}`, objectStoreEndpoint, endpoint);
          criterion.require(
            `verification of S3's certificate in ${where}`,
            'on',
            verified ? 'on' : 'switched off',
          );
        }
      // The configuration file, the bucket step, and the program's own word.
      criterion.require(
        `places that name S3's address to ${component}`,
        'three',
        named >= 3 ? 'three' : `${named}`,
      );
    }

    await Promise.all(
      components.map((component) =>
        target.undisturbed(component, () =>
          target.loading(async () => {
            const misled = await shadow(component, 'deployed', 'of-another-name');
            await untilRefused(
              misled,
              certificateError,
              `${component} at an S3 with a certificate of another name`,
              refusedWithinMs,
            );
          }),
        ),
      ),
    );

    const made = (await target.connections()).filter(({ client }) =>
      components.some((component) => client === component || client.startsWith(`${component}-`)),
    );
    criterion.show('connections', JSON.stringify(made, null, 2));
    const total = (of: typeof made): number => of.reduce((sum, { count }) => sum + count, 0);
    for (const component of components)
      criterion.require(
        `${component} in S3's connections`,
        'seen',
        made.some(({ client }) => client === component) ? 'seen' : 'none',
      );
    const elsewhere = made.filter(
      ({ target: to }) => to !== `${host}:443` && !to.includes('.svc.cluster.local:'),
    );
    criterion.evidence('connections elsewhere', JSON.stringify(elsewhere, null, 2));
    criterion.measure(
      {
        name: `connections beyond the cluster but to ${host}:443`,
        value: total(elsewhere),
        samples: total(made),
      },
      otherEndpoints,
    );
  },
);
