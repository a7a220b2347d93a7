import { components, inlineConfiguration, test, thresholds } from '../fixtures/test.ts';

test(
  'NFR-lgtm-d4f8c2a1-OPS-002 configuration is in HelmRelease values and external ConfigMaps',
  { tag: '@NFR-lgtm-d4f8c2a1-OPS-002' },
  ({ criterion, deployedObjects }) => {
    const findings = inlineConfiguration(deployedObjects, components);
    criterion.measure(
      {
        name: 'configuration written inline',
        value: findings.length,
        samples: deployedObjects.length,
        findings,
        byHand: 'kubectl -n monitoring get configmaps --show-labels',
      },
      thresholds('NFR-lgtm-d4f8c2a1-OPS-002').inline,
    );
  },
);
