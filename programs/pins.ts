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
