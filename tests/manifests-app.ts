import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from '@playwright/test';
import { parse } from 'yaml';
import { root } from '../fixtures/settings.ts';
import type { Component } from '../requirements/model.ts';

type EnvValue = string | { valueFrom: { secretKeyRef: { name: string; key: string } } };
interface Container {
  image: { repository: string; tag: string };
  args?: string[];
  command?: string[];
  env: Record<string, EnvValue>;
  envFrom?: unknown;
  probes?: Record<string, { spec: { httpGet: { path: string; port: number } } }>;
  resources: { requests: { memory: string }; limits: { memory: string } };
  securityContext: unknown;
}
interface Values {
  defaultPodOptions: {
    automountServiceAccountToken: boolean;
    terminationGracePeriodSeconds: number;
    securityContext: { runAsNonRoot: boolean; runAsUser: number; seccompProfile: { type: string } };
  };
  controllers: Record<
    string,
    {
      type: string;
      replicas: number;
      annotations: Record<string, string>;
      containers: { app: Container };
      initContainers: { bucket: Container };
      statefulset: { volumeClaimTemplates: { advancedMounts: { app: { path: string }[] } }[] };
    }
  >;
  service: { app: { ports: Record<string, { port: number }> } };
  persistence: Record<
    string,
    {
      type: string;
      name?: string;
      advancedMounts: Record<string, Record<string, { path: string }[]>>;
    }
  >;
}

/** The files of manifests/<component>/app as they are, read without any tool. */
export function manifestsOf(component: Component) {
  const folder = join(root, 'manifests', component, 'app');
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  const release = parse(text('helmrelease.yaml')) as {
    spec: { chartRef: { kind: string; name: string }; values: Values };
  };
  const { values } = release.spec;
  const controller = values.controllers[component];
  if (!controller) throw new Error(`the release of ${component} has no controller of its name`);
  return {
    folder,
    text,
    json: (name: string) => JSON.parse(text(join('bucket', name))) as unknown,
    release,
    values,
    controller,
    app: controller.containers.app,
    bucketStep: controller.initContainers.bucket,
    /** Where its volume is mounted. */
    disk: controller.statefulset.volumeClaimTemplates[0]?.advancedMounts.app[0]?.path ?? '',
    /** Paths in the containers of the files that its generated ConfigMaps have. */
    mounted: (): string[] => {
      const { configMapGenerator } = parse(text('kustomization.yaml')) as {
        configMapGenerator: { name: string; files: string[] }[];
      };
      return Object.values(values.persistence)
        .filter(({ type }) => type === 'configMap')
        .flatMap(({ name, advancedMounts }) => {
          const files = configMapGenerator.find((generator) => generator.name === name)?.files ?? [];
          const paths = Object.values(advancedMounts[component] ?? {}).flat();
          // `key=file`, or a file whose name is the key.
          const keys = files.map((file) => basename(file.split('=')[0] ?? file));
          return paths.flatMap(({ path }) => keys.map((key) => `${path}/${key}`));
        });
    },
  };
}

/** Seconds of a Go duration as a configuration writes it. */
export function seconds(duration: string): number {
  expect(duration).toMatch(/^(\d+h)?(\d+m)?(\d+s)?$/);
  const factors: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (factors[unit ?? ''] ?? NaN),
    0,
  );
}

/** MiB of a Kubernetes quantity or of Go's memory limit. */
export function mebibytes(quantity: string): number {
  const [, count, unit] = /^(\d+)(Mi|Gi)B?$/.exec(quantity) ?? [];
  return Number(count) * (unit === 'Gi' ? 1024 : 1);
}
