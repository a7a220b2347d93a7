import { components, type Requirement } from './model.ts';

export const credentials = {
  id: 'REQ-lgtm-004',
  fullId: 'REQ-lgtm-d4f8c2a1-004',
  title: 'Each component has S3 credentials of its own',
  epic: 'Credentials',
  components: components,
  entries: [
    {
      id: 'AC-lgtm-004-01',
      title: 'Credentials in SOPS-encrypted secrets',
      statement:
        'Credentials are kept in secrets that SOPS has encrypted, one per component, named {component}-s3-secret.',
      confidence: 100,
      thresholds: {
        secrets: { limit: 3, unit: 'secrets', comparison: 'exactly', of: 'secrets named by the pattern' },
        readable: { limit: 0, unit: 'values', comparison: 'exactly', of: 'secret values in clear text' },
      },
      components: [],
      judged: {
        local:
          'names and SOPS structure of the files in manifests/, and that they decrypt with the key alone',
        cluster: 'the same, and the live secrets are those that the files decrypt to',
      },
    },
    {
      id: 'AC-lgtm-004-02',
      title: 'Credentials by secret reference, never inline',
      statement:
        'Whatever needs a credential gets it as an environment variable out of a secret; none stands inline.',
      confidence: 100,
      thresholds: {
        inline: { limit: 0, unit: 'values', comparison: 'exactly', of: 'credentials written inline' },
      },
      components: [],
      judged: {
        local: 'every credential of the rendered objects is a secretKeyRef; configuration files hold none',
        cluster: 'the same of the live objects',
      },
    },
    {
      id: 'AC-lgtm-004-03',
      title: 'Rotated credentials taken up by a restart',
      statement:
        'After credentials are rotated, restarting a pod is enough for the new ones; nothing is redeployed.',
      confidence: 90,
      thresholds: {
        acceptedWithOldKey: {
          limit: 0,
          unit: 'requests',
          comparison: 'exactly',
          of: 'requests accepted with the old key',
        },
      },
      judged: {
        local:
          'credentials rotated by the documented procedure, the workload only restarted, the old key tried',
        cluster: 'the same on a shadow pod and a copy of the secret',
      },
    },
    {
      id: 'AC-lgtm-004-04',
      title: 'S3 only at https://s3.68cc.io',
      statement: 'S3 is reached over HTTPS at https://s3.68cc.io and at no other endpoint.',
      confidence: 100,
      thresholds: {
        otherEndpoints: {
          limit: 0,
          unit: 'connections',
          comparison: 'exactly',
          of: 'connections to S3 elsewhere',
        },
      },
      judged: {
        local:
          'the endpoint in every configuration, the proxy’s log of every connection, a certificate of another name refused',
        cluster: 'the endpoint in every live configuration and what the pods connect to',
      },
    },
  ],
} as const satisfies Requirement;
