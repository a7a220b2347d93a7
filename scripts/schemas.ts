import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { root, settings } from '../fixtures/settings.ts';

const help = `node --import tsx scripts/schemas.ts: writes schemas/ anew, from which kubeconform judges the manifests.
Needs Go: the projects' own modules are downloaded through it, verified by Go's checksum database.`;

/** The kinds that manifests/ may use, by the Go module that describes them. */
const sources = {
  kubernetes: {
    module: 'k8s.io/kubernetes@v1.34.4',
    kinds: {
      api__v1: ['ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'PersistentVolumeClaim', 'Namespace'],
      apis__apps__v1: ['StatefulSet', 'Deployment', 'DaemonSet'],
      apis__batch__v1: ['Job', 'CronJob'],
      'apis__networking.k8s.io__v1': ['NetworkPolicy'],
      apis__policy__v1: ['PodDisruptionBudget'],
      'apis__scheduling.k8s.io__v1': ['PriorityClass'],
    },
  },
  crds: [
    {
      module: 'github.com/fluxcd/helm-controller@v1.4.0',
      files: ['config/crd/bases/helm.toolkit.fluxcd.io_helmreleases.yaml'],
      kinds: ['HelmRelease'],
    },
    {
      module: 'github.com/fluxcd/source-controller@v1.7.0',
      files: [
        'config/crd/bases/source.toolkit.fluxcd.io_ocirepositories.yaml',
        'config/crd/bases/source.toolkit.fluxcd.io_helmrepositories.yaml',
      ],
      kinds: ['OCIRepository', 'HelmRepository'],
    },
    {
      module: 'github.com/fluxcd/kustomize-controller@v1.6.0',
      files: ['config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml'],
      kinds: ['Kustomization'],
    },
    {
      module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
      files: [
        'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
        'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml',
        'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
      ],
      kinds: ['ServiceMonitor', 'PodMonitor', 'PrometheusRule'],
    },
    {
      module: 'istio.io/api@v1.31.4',
      files: ['kubernetes/customresourcedefinitions.gen.yaml'],
      kinds: ['PeerAuthentication', 'AuthorizationPolicy'],
    },
    {
      module: 'github.com/cilium/cilium@v1.18.0',
      files: ['pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml'],
      kinds: ['CiliumNetworkPolicy'],
    },
  ],
};

type Schema = Record<string, unknown>;
interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}
interface OpenApi {
  components: {
    schemas: Record<string, Schema & { 'x-kubernetes-group-version-kind'?: GroupVersionKind[] }>;
  };
}
interface Crd {
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}

const folder = join(root, 'schemas');

async function moduleFolder(module: string): Promise<string> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], {
    cwd: settings.tmp,
  });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

/**
 * What a strict check needs of a schema: no prose, and no field that the schema does not name
 * (as the API server treats an unknown field).
 */
function strict(value: unknown, closed = true): unknown {
  if (Array.isArray(value)) return value.map((part) => strict(part, closed));
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as Schema;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const kept: Schema = {};
  for (const [key, part] of Object.entries(schema)) {
    if (key === 'properties')
      kept[key] = Object.fromEntries(
        Object.entries(part as Schema).map(([name, property]) => [name, strict(property, closed)]),
      );
    else if (key === '$ref') kept[key] = String(part).replace('#/components/schemas/', '#/$defs/');
    else if (!/^(x-.*|description|default|format|example)$/.test(key))
      // An alternative says more of fields that the schema around it names.
      kept[key] = strict(part, closed && !/^(anyOf|oneOf|allOf|not)$/.test(key));
  }
  if (closed && kept['properties'] && kept['additionalProperties'] === undefined && !open)
    kept['additionalProperties'] = false;
  return kept;
}

/** The names of the schemas that a schema refers to. */
function references(schema: unknown): string[] {
  return [...JSON.stringify(schema).matchAll(/"#\/\$defs\/([^"]+)"/g)].map(([, name]) => name ?? '');
}

/** Where kubeconform looks for a kind; of the core group the group is the version. */
async function write({ group, version, kind }: GroupVersionKind, schema: Schema): Promise<void> {
  const file = join(folder, group || version, `${kind.toLowerCase()}_${version}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(schema)}\n`);
}

async function kubernetes(): Promise<void> {
  const module = await moduleFolder(sources.kubernetes.module);
  for (const [file, kinds] of Object.entries(sources.kubernetes.kinds)) {
    const path = join(module, 'api/openapi-spec/v3', `${file}_openapi.json`);
    const { schemas } = (JSON.parse(await readFile(path, 'utf8')) as OpenApi).components;
    for (const schema of Object.values(schemas)) {
      const [gvk, ...others] = schema['x-kubernetes-group-version-kind'] ?? [];
      if (!gvk || others.length > 0 || !kinds.includes(gvk.kind)) continue;
      const body = strict(schema) as Schema;
      const definitions: Schema = {};
      const wanted = references(body);
      for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
        if (definitions[name] !== undefined) continue;
        definitions[name] = strict(schemas[name]);
        wanted.push(...references(definitions[name]));
      }
      await write(gvk, { ...body, $defs: definitions });
    }
  }
}

/** With the fields that every object has, whether its CRD says so or not. */
function asObject(schema: Schema): Schema {
  const any = { type: 'object' };
  const properties = {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: any,
    ...(schema['properties'] as Schema),
  };
  return { ...schema, properties };
}

async function crds(): Promise<void> {
  for (const { module, files, kinds } of sources.crds) {
    const from = await moduleFolder(module);
    for (const file of files)
      for (const document of parseAllDocuments(await readFile(join(from, file), 'utf8'))) {
        const { spec } = document.toJS() as Crd;
        if (!kinds.includes(spec.names.kind)) continue;
        for (const { name, schema } of spec.versions)
          // What is on its way out is not for new manifests.
          if (/^v\d+$/.test(name))
            await write(
              { group: spec.group, version: name, kind: spec.names.kind },
              strict(asObject(schema.openAPIV3Schema)) as Schema,
            );
      }
  }
}

if (process.argv.includes('--help')) console.log(help);
else {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await rm(join(folder, entry.name), { recursive: true });
  await kubernetes();
  await crds();
}
