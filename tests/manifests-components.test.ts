import { readdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { buckets, components } from '../requirements/model.ts';
import { manifestsOf, mebibytes } from './manifests-app.ts';

/** Rules for every component's manifests that need no tool: what the requirements say of each deployment. */

for (const component of components) {
  const { folder, text, json, release, values, controller, app, bucketStep, disk, mounted } =
    manifestsOf(component);

  test(`${component}: the chart comes from the pinned OCIRepository that the HelmRelease names`, () => {
    const repository = parse(text('ocirepository.yaml')) as {
      kind: string;
      metadata: { name: string };
      spec: { url: string; ref: { tag: string } };
    };
    expect(release.spec.chartRef).toEqual({ kind: repository.kind, name: repository.metadata.name });
    expect(repository.kind).toBe('OCIRepository');
    expect(repository.spec.url).toBe('oci://ghcr.io/bjw-s-labs/helm/app-template');
    expect(repository.spec.ref.tag).toMatch(/^\d+\.\d+\.\d+$/);
  });

  for (const [name, container] of Object.entries({ [component]: app, 'bucket step': bucketStep })) {
    test(`${component}, ${name}: image pinned by tag and digest`, () => {
      expect(container.image.tag).toMatch(/^\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
    });

    test(`${component}, ${name}: credentials come from its own secret by secretKeyRef only`, () => {
      const secret = parse(text('secret.sops.yaml')) as { stringData: Record<string, string> };
      expect(container.envFrom).toBeUndefined();
      for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
        expect(container.env[key]).toEqual({
          valueFrom: { secretKeyRef: { name: `${component}-s3-secret`, key } },
        });
        expect(Object.keys(secret.stringData)).toContain(key);
      }
      const plain = Object.entries(container.env).filter(([, value]) => typeof value === 'string');
      for (const [variable] of plain) expect(variable).not.toMatch(/KEY|SECRET|TOKEN|PASSWORD/);
    });

    test(`${component}, ${name}: memory bounded, no privilege, nothing to write but its mounts`, () => {
      expect(mebibytes(container.resources.requests.memory)).toBeLessThan(2048);
      expect(mebibytes(container.resources.limits.memory)).toBeGreaterThan(0);
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    });
  }

  test(`${component}: one replica with a disk of its own, not root, without a service account token`, () => {
    expect(controller).toMatchObject({ type: 'statefulset', replicas: 1 });
    expect(controller.annotations['reloader.stakater.com/auto']).toBe('true');
    expect(controller.statefulset.volumeClaimTemplates).toHaveLength(1);
    expect(controller.statefulset.volumeClaimTemplates[0]?.advancedMounts.app).toEqual([{ path: disk }]);
    expect(disk).toMatch(/^\//);
    expect(values.defaultPodOptions.automountServiceAccountToken).toBe(false);
    expect(values.defaultPodOptions.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(values.defaultPodOptions.securityContext.runAsUser).toBeGreaterThan(0);
  });

  test(`${component}: probes ask its own port, and liveness does not ask for readiness`, () => {
    const port = values.service.app.ports['http']?.port;
    const { startup, readiness, liveness } = app.probes ?? {};
    for (const probe of [startup, readiness, liveness]) expect(probe?.spec.httpGet.port).toBe(port);
    expect(startup?.spec.httpGet.path).toBe('/ready');
    expect(readiness?.spec.httpGet.path).toBe('/ready');
    expect(liveness?.spec.httpGet.path).not.toBe('/ready');
  });

  test(`${component}: arguments and mounts lead to files of the generated ConfigMaps`, () => {
    expect(mounted()).toContain(app.args?.[0]?.replace('-config.file=', ''));
    expect(mounted()).toContain(bucketStep.command?.[1]);
    const declarations = readdirSync(`${folder}/bucket`).filter((name) => name.endsWith('.json'));
    expect(declarations).toEqual(expect.arrayContaining(['bucket.json', 'lifecycle.json']));
    // The policy is for the administrator, not for the bucket step.
    for (const file of declarations.filter((name) => name !== 'policy.json')) {
      expect(mounted()).toContain(`/bucket/${file}`);
      expect(text('bucket/bucket.sh')).toContain(`--cli-input-json file://${file}`);
    }
  });

  test(`${component}: one S3 endpoint, over TLS`, () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(yaml|json|sh)$/.test(name),
    );
    const urls = files.flatMap((name) => text(name).match(/https?:\/\/[^\s"']+/g) ?? []);
    expect([...new Set(urls)]).toEqual(['https://s3.68cc.io']);
    expect(bucketStep.env['AWS_ENDPOINT_URL_S3']).toBe('https://s3.68cc.io');
  });

  test(`${component}: Go's limit is below the memory limit`, () => {
    const limit = mebibytes(app.resources.limits.memory);
    expect(mebibytes(app.env['GOMEMLIMIT'] as string)).toBeLessThan(limit * 0.9);
  });

  test(`${component}: the policy allows its own bucket and nothing else`, () => {
    const { Statement: statements } = json('policy.json') as {
      Statement: { Effect: string; Action: string[]; Resource: string[] }[];
    };
    const bucket = `arn:aws:s3:::${buckets[component]}`;
    expect(statements.flatMap(({ Resource }) => Resource)).toEqual([bucket, `${bucket}/*`]);
    for (const action of statements.flatMap(({ Action }) => Action)) {
      expect(action).toMatch(/^s3:[A-Za-z]+$/);
      expect(action).not.toMatch(/Policy|DeleteBucket|Version$/);
    }
  });
}
