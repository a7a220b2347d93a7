import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Asset, Checksum, Pin } from './pin.ts';

const here = dirname(fileURLToPath(import.meta.url));

const lokiUrl = 'https://github.com/grafana/loki/releases/download/v3.7.8';
const lokiSums: Checksum = {
  file: `${lokiUrl}/SHA256SUMS`,
  reason: 'no hash of this platform has been seen outside the release itself',
};
const loki = (platform: string, checksum: Checksum): Asset => ({
  url: `${lokiUrl}/loki-${platform}.zip`,
  checksum,
  archive: { kind: 'zip', take: `loki-${platform}` },
});

const minioVersion = 'RELEASE.2025-09-07T16-13-09Z';
const minioUrl = (platform: string): string =>
  `https://github.com/minio/minio/releases/download/${minioVersion}/minio.${platform}.${minioVersion}`;
const minio = (platform: string, checksum: Checksum): Asset => ({
  url: minioUrl(platform),
  checksum,
  archive: { kind: 'bare' },
});

// The path with the build id: files below /oss/release/ were rewritten after publication.
const grafanaUrl = (platform: string): string =>
  `https://dl.grafana.com/grafana/release/13.2.3/grafana_13.2.3_36482603486_${platform}.tar.gz`;
const grafana = (platform: string, checksum: Checksum): Asset => ({
  url: grafanaUrl(platform),
  checksum,
  archive: { kind: 'tar.gz', take: 'grafana-13.2.3' },
});
const grafanaSum = (platform: string): Checksum => ({
  file: `${grafanaUrl(platform)}.sha256`,
  reason: 'no hash of this platform has been seen outside the release itself',
});

const kustomizeUrl = 'https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize/v5.8.1';
const kustomize = (platform: string, sha256: string): Asset => ({
  url: `${kustomizeUrl}/kustomize_v5.8.1_${platform}.tar.gz`,
  checksum: { sha256 },
  archive: { kind: 'tar.gz', take: 'kustomize' },
});

const kubeconformUrl = 'https://github.com/yannh/kubeconform/releases/download/v0.8.0';
const kubeconform = (platform: string, sha256: string): Asset => ({
  url: `${kubeconformUrl}/kubeconform-${platform}.tar.gz`,
  checksum: { sha256 },
  archive: { kind: 'tar.gz', take: 'kubeconform' },
});

const helm = (platform: string, sha256: string): Asset => ({
  url: `https://get.helm.sh/helm-v4.3.0-${platform}.tar.gz`,
  checksum: { sha256 },
  archive: { kind: 'tar.gz', take: `${platform}/helm` },
});

const sops = (platform: string, sha256: string): Asset => ({
  url: `https://github.com/getsops/sops/releases/download/v3.13.3/sops-v3.13.3.${platform}`,
  checksum: { sha256 },
  archive: { kind: 'bare' },
});

const tempoUrl = 'https://github.com/grafana/tempo/releases/download/v2.10.8';
const tempo = (platform: string): Asset => ({
  url: `${tempoUrl}/tempo_2.10.8_${platform}.tar.gz`,
  checksum: {
    file: `${tempoUrl}/SHA256SUMS`,
    reason: 'no hash of this version has been seen outside the release itself',
  },
  archive: { kind: 'tar.gz', take: 'tempo' },
});

const mimirUrl = (platform: string): string =>
  `https://github.com/grafana/mimir/releases/download/mimir-3.2.1/mimir-${platform}`;
const mimir = (platform: string, checksum: Checksum): Asset => ({
  url: mimirUrl(platform),
  checksum,
  archive: { kind: 'bare' },
});

const prometheus = (platform: string, sha256: string): Asset => ({
  url: `https://github.com/prometheus/prometheus/releases/download/v3.15.0/prometheus-3.15.0.${platform}.tar.gz`,
  checksum: { sha256 },
  archive: { kind: 'tar.gz', take: `prometheus-3.15.0.${platform}/prometheus` },
});

/** Every program of the stack, pinned. To add one: its release here, its recipe in a folder beside. */
export const pins = {
  loki: {
    name: 'loki',
    home: null,
    release: {
      version: '3.7.8',
      assets: {
        'linux-amd64': loki('linux-amd64', {
          sha256: '62aea42c9cba52cd1642b3666ab37019a0ce4c24ab50b07e85dccc8d812f7d61',
        }),
        'linux-arm64': loki('linux-arm64', lokiSums),
        'darwin-arm64': loki('darwin-arm64', lokiSums),
      },
    },
    recipe: {
      how: 'required',
      module: 'github.com/grafana/loki/v3@v3.7.8',
      version: '3.7.8',
      folder: join(here, 'loki'),
      package: 'github.com/grafana/loki/v3/cmd/loki',
      tags: [],
      cgo: false,
      minutes: 5,
    },
  },
  // The newest of the 2.x line, a single process without Kafka. What can be built is 2.8: the Go proxy has no later one.
  tempo: {
    name: 'tempo',
    home: null,
    release: {
      version: '2.10.8',
      assets: {
        'linux-amd64': tempo('linux_amd64'),
        'linux-arm64': tempo('linux_arm64'),
        'darwin-arm64': { none: 'Tempo 2.10.8 has no asset for macOS' },
      },
    },
    recipe: {
      how: 'required',
      module: 'github.com/grafana/tempo@v1.5.1-0.20250529124718-87c2dc380cec',
      version: '2.8-20250529124718-87c2dc380cec',
      folder: join(here, 'tempo'),
      package: 'github.com/grafana/tempo/cmd/tempo',
      tags: [],
      cgo: false,
      minutes: 2,
    },
  },
  // The last release with binaries; the project is archived, and its last sources are newer.
  minio: {
    name: 'minio',
    home: null,
    release: {
      version: minioVersion,
      assets: {
        'linux-amd64': minio('linux-amd64', {
          sha256: '7c5bd8512c6e966455b1d198209358b2d191c77a83ab377c4073281065fb855f',
        }),
        'linux-arm64': minio('linux-arm64', {
          file: `${minioUrl('linux-arm64')}.sha256sum`,
          reason: 'no hash of this platform has been seen outside the release itself',
        }),
        'darwin-arm64': minio('darwin-arm64', {
          sha256: '7c3b3039b76e55a1b80935848ed83998d5e8d317374f87851f46a019ff5c0aa4',
        }),
      },
    },
    recipe: {
      how: 'required',
      module: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c',
      version: '20260212201848-7aac2a2c5b7c',
      folder: join(here, 'minio'),
      package: 'github.com/minio/minio',
      tags: [],
      cgo: false,
      minutes: 4,
    },
  },
  // What can be built is the server of the 10.1 line, without the web frontend.
  grafana: {
    name: 'grafana',
    home: { executable: 'bin/grafana', needs: ['conf', 'public'] },
    release: {
      version: '13.2.3',
      assets: {
        'linux-amd64': grafana('linux_amd64', {
          sha256: '6107ad27016296aac38e0d7ffa8753ab540b5541ad27e94790f771289d733235',
        }),
        'linux-arm64': grafana('linux_arm64', grafanaSum('linux_arm64')),
        'darwin-arm64': grafana('darwin_arm64', grafanaSum('darwin_arm64')),
      },
    },
    recipe: {
      how: 'copied',
      module: 'github.com/grafana/grafana@v1.9.2-0.20230609164553-81d85ce8028d',
      version: '10.1.0-20230609164553-81d85ce8028d',
      folder: join(here, 'grafana'),
      package: './pkg/cmd/grafana',
      generate: { tool: 'github.com/google/wire/cmd/wire', args: ['gen', '-tags', 'oss', './pkg/server'] },
      tags: ['oss'],
      cgo: true,
      minutes: 7,
    },
  },
  // What judges manifests and secrets; only what asks for them provides them.
  kustomize: {
    name: 'kustomize',
    home: null,
    release: {
      version: '5.8.1',
      assets: {
        'linux-amd64': kustomize(
          'linux_amd64',
          '029a7f0f4e1932c52a0476cf02a0fd855c0bb85694b82c338fc648dcb53a819d',
        ),
        'linux-arm64': kustomize(
          'linux_arm64',
          '0953ea3e476f66d6ddfcd911d750f5167b9365aa9491b2326398e289fef2c142',
        ),
        'darwin-arm64': kustomize(
          'darwin_arm64',
          '8886f8a78474e608cc81234f729fda188a9767da23e28925802f00ece2bab288',
        ),
      },
    },
    recipe: {
      how: 'required',
      module: 'sigs.k8s.io/kustomize/kustomize/v5@v5.8.1',
      version: '5.8.1',
      folder: join(here, 'kustomize'),
      package: 'sigs.k8s.io/kustomize/kustomize/v5',
      tags: [],
      cgo: false,
      minutes: 1,
    },
  },
  kubeconform: {
    name: 'kubeconform',
    home: null,
    release: {
      version: '0.8.0',
      assets: {
        'linux-amd64': kubeconform(
          'linux-amd64',
          '9bc2bffbf71f261128533edaf912153948b7ff238f9a531ae6d34466ec287883',
        ),
        'linux-arm64': kubeconform(
          'linux-arm64',
          '1f53fc8e81258197a35e8603054162a5af1de8c5af13746c71ab680d9534ed87',
        ),
        'darwin-arm64': kubeconform(
          'darwin-arm64',
          'f84f4dfbebf4a6b0b230385fa065a39ea35e02608c2b50d025dcf64775a69d67',
        ),
      },
    },
    recipe: {
      how: 'required',
      module: 'github.com/yannh/kubeconform@v0.8.0',
      version: '0.8.0',
      folder: join(here, 'kubeconform'),
      package: 'github.com/yannh/kubeconform/cmd/kubeconform',
      tags: [],
      cgo: false,
      minutes: 1,
    },
  },
  sops: {
    name: 'sops',
    home: null,
    release: {
      version: '3.13.3',
      assets: {
        'linux-amd64': sops(
          'linux.amd64',
          'e5bec3346a873ae91d871550f3e698c1aad962aff462a080e40f25fde17fef6b',
        ),
        'linux-arm64': sops(
          'linux.arm64',
          '53b0abacd38ef1b12a66d6c100956691b9cefce018d91f81e73ddf7438b94d77',
        ),
        'darwin-arm64': sops(
          'darwin.arm64',
          'b97c0d434aab577dc40310e8d22ff9e45eef4c80638ab978daae9b4681c59286',
        ),
      },
    },
    recipe: {
      how: 'required',
      module: 'github.com/getsops/sops/v3@v3.13.3',
      version: '3.13.3',
      folder: join(here, 'sops'),
      package: 'github.com/getsops/sops/v3/cmd/sops',
      tags: [],
      cgo: false,
      minutes: 3,
    },
  },
  mimir: {
    name: 'mimir',
    home: null,
    release: {
      version: '3.2.1',
      assets: {
        'linux-amd64': mimir('linux-amd64', {
          sha256: '8df1ddd5de5a4ad75f3627050b063b19162ba3a20ad98a1e11aafcb0525c988f',
        }),
        'linux-arm64': mimir('linux-arm64', {
          sha256: '925e7c8ada5c006866b598acb71f7cf41858d228a92848333d245a44fe293118',
        }),
        'darwin-arm64': mimir('darwin-arm64', {
          file: `${mimirUrl('darwin-arm64')}-sha-256`,
          reason: 'no hash of this platform has been seen outside the release itself',
        }),
      },
    },
    // Grafana publishes no module versions of Mimir 3; this revision is the newest the Go proxy has.
    recipe: {
      how: 'required',
      module: 'github.com/grafana/mimir@v1.3.1-0.20260423142704-aced80d74930',
      version: '3-20260423142704-aced80d74930',
      folder: join(here, 'mimir'),
      package: 'github.com/grafana/mimir/cmd/mimir',
      tags: [],
      cgo: false,
      minutes: 3,
    },
  },
  // Only where the chart can be had.
  helm: {
    name: 'helm',
    home: null,
    release: {
      version: '4.3.0',
      assets: {
        'linux-amd64': helm(
          'linux-amd64',
          '86584a54def73570558f66f5111cc53dfed56689637ae32c1201205d494f54fb',
        ),
        'linux-arm64': helm(
          'linux-arm64',
          '31c5794dd55c66a51e6b7d2e2ac7a114ae8b1de41ff1d9ba51748ac973b06a08',
        ),
        'darwin-arm64': helm(
          'darwin-arm64',
          'd3870437e1e95b67f8edbde964156c84a26503f560821d40c542441658934fba',
        ),
      },
    },
    recipe: {
      how: 'required',
      module: 'helm.sh/helm/v4@v4.3.0',
      version: '4.3.0',
      folder: join(here, 'helm'),
      package: 'helm.sh/helm/v4/cmd/helm',
      tags: [],
      cgo: false,
      minutes: 2,
    },
  },
  prometheus: {
    name: 'prometheus',
    home: null,
    release: {
      version: '3.15.0',
      assets: {
        'linux-amd64': prometheus(
          'linux-amd64',
          '2a542df32eac02ee17b9d844fb2aa1de00dafa5476579ba8a3ba862e9d572ea0',
        ),
        'linux-arm64': prometheus(
          'linux-arm64',
          'f1f90ec08e849d494ca66c611470afc50192f0355f1a61c33f2cbde02d067823',
        ),
        'darwin-arm64': prometheus(
          'darwin-arm64',
          '920df4d17e78b3b0175af144eb318b0c74d1cf7b1d1251b326966f0e81977260',
        ),
      },
    },
    // Without service discoveries: one of their modules is refused, and the stack's targets are static.
    recipe: {
      how: 'required',
      module: 'github.com/prometheus/prometheus@v0.316.0',
      version: '3.16.0',
      folder: join(here, 'prometheus'),
      package: 'github.com/prometheus/prometheus/cmd/prometheus',
      tags: ['remove_all_sd'],
      cgo: false,
      minutes: 2,
    },
  },
} as const satisfies Record<string, Pin>;
