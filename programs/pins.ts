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

const tempoUrl = 'https://github.com/grafana/tempo/releases/download/v2.10.8';
const tempo = (platform: string): Asset => ({
  url: `${tempoUrl}/tempo_2.10.8_${platform}.tar.gz`,
  checksum: {
    file: `${tempoUrl}/SHA256SUMS`,
    reason: 'no hash of this version has been seen outside the release itself',
  },
  archive: { kind: 'tar.gz', take: 'tempo' },
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
} as const satisfies Record<string, Pin>;
