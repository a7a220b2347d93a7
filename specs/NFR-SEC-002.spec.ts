import {
  componentsOf,
  objectStoreEndpoint,
  test,
  thresholds,
  untilReady,
  untilRefused,
} from '../fixtures/test.ts';

const id = 'NFR-lgtm-d4f8c2a1-SEC-002';
/** More than any component needs to meet S3 and to say what became of it. */
const refusedWithinMs = 120_000;

test(
  `${id} components speak verified TLS with S3, and the mesh's mutual TLS with each other`,
  { tag: '@NFR-lgtm-d4f8c2a1-SEC-002' },
  async ({ criterion, target, shadow, say }) => {
    const { unencrypted } = thresholds(id);
    const components = componentsOf(id);
    const { host } = new URL(objectStoreEndpoint);

    const members = await target.meshMembers(components, say);
    criterion.show('mesh members', JSON.stringify(members, null, 2));
    for (const { mesh, component, member, mutualTls, exceptions } of members) {
      criterion.require(`${component} in the mesh ${mesh}`, 'a member', member ? 'a member' : 'no member');
      criterion.require(`mutual TLS of ${component} in ${mesh}`, 'required', mutualTls);
      criterion.require(`exceptions for ${component} in ${mesh}`, '', exceptions.join());
    }

    await Promise.all(
      components.map((component) =>
        target.undisturbed(component, () =>
          target.loading(async () => {
            const cases = (['expired', 'of-another-name'] as const).map(async (certificate) => {
              const misled = await shadow(component, 'deployed', certificate);
              const what = `${component} at an S3 with a certificate ${certificate === 'expired' ? 'that has expired' : 'of another name'}`;
              const error =
                certificate === 'expired' ? /certificate has expired/ : /certificate is valid for/;
              await untilRefused(misled, error, what, refusedWithinMs);
            });
            await Promise.all(cases);
            // The same with the right certificate: it was the certificate that was refused.
            await untilReady(await shadow(component, 'deployed'));
          }),
        ),
      ),
    );

    const toS3 = (await target.connections()).filter(
      ({ client, target: to, decision }) =>
        decision === 'forwarded' &&
        !to.includes('.svc.cluster.local:') &&
        components.some((component) => client === component || client.startsWith(`${component}-`)),
    );
    criterion.show('connections to S3 as they began', JSON.stringify(toS3, null, 2));
    const total = (of: typeof toS3): number => of.reduce((sum, { count }) => sum + count, 0);
    for (const component of components)
      criterion.require(
        `${component} in S3's connections`,
        'seen',
        toS3.some(({ client }) => client === component) ? 'seen' : 'none',
      );
    const clear = toS3.filter(({ protocol }) => protocol !== 'TLS');
    criterion.evidence('connections without TLS', JSON.stringify(clear, null, 2));
    criterion.measure(
      { name: 'connections to S3 without TLS', value: total(clear), samples: total(toS3) },
      unencrypted,
    );
    const asked = new Set(toS3.map(({ serverName }) => serverName ?? 'none'));
    criterion.require('names asked for in the TLS handshakes', host, [...asked].join());
  },
);
