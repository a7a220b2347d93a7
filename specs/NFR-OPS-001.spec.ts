import { components, otherwiseDeployed, test, thresholds } from '../fixtures/test.ts';

test(
  'NFR-lgtm-d4f8c2a1-OPS-001 each workload comes from a HelmRelease with an OCIRepository',
  { tag: '@NFR-lgtm-d4f8c2a1-OPS-001' },
  ({ criterion, deployedObjects }) => {
    const findings = otherwiseDeployed(deployedObjects, components);
    criterion.measure(
      {
        name: 'objects deployed in another way',
        value: findings.length,
        samples: deployedObjects.length,
        findings,
        byHand: 'kubectl -n monitoring get helmreleases,ocirepositories',
      },
      thresholds('NFR-lgtm-d4f8c2a1-OPS-001').otherwiseDeployed,
    );
  },
);
