/** The components that have a bucket and credentials of their own. */
export const components = ['loki', 'tempo', 'mimir'] as const;
export type Component = (typeof components)[number];

/** The bucket of each component, as the requirements name it. */
export const buckets: Readonly<Record<'loki' | 'tempo' | 'mimir', string>> = {
  loki: 'loki-chunks',
  tempo: 'tempo-traces',
  mimir: 'mimir-blocks',
};

/** The one address of the object storage, as the requirements name it. */
export const objectStoreEndpoint = 'https://s3.68cc.io';

/** A limit of a requirement, or of the oracle that judges it, with its unit. Specs take every limit from here. */
export interface Threshold {
  readonly limit: number;
  readonly unit:
    | 's'
    | 'days'
    | 'bytes'
    | 'MB/s'
    | 'lines'
    | 'streams'
    | 'spans'
    | 'traces'
    | 'services'
    | 'series'
    | 'samples'
    | 'records'
    | 'requests'
    | 'connections'
    | 'blocks'
    | 'objects'
    | 'levels'
    | 'restarts'
    | 'replicas'
    | 'secrets'
    | 'values'
    | 'data sources';
  readonly comparison: 'at most' | 'at least' | 'exactly' | 'below';
  /** What the limit bounds, as it reads in a report. */
  readonly of: string;
}

/** How an entry is judged on each target, in one line. */
interface Judged {
  readonly local: string;
  readonly cluster: string;
}

/** What gets a verdict: an acceptance criterion or a non-functional requirement. */
export interface Entry {
  /** As the requirements write it: AC-lgtm-001-02, NFR-lgtm-d4f8c2a1-PERF-001. */
  readonly id: string;
  /** A few words for tables. */
  readonly title: string;
  /** The requirement's sentence in our own words. */
  readonly statement: string;
  /** Confidence the requirements give it, in percent; null for NFRs, which carry none. */
  readonly confidence: number | null;
  readonly thresholds: Readonly<Record<string, Threshold>>;
  /** What has to run for it to be judged, where that is less than its requirement needs; [] for nothing at all. */
  readonly components?: readonly Component[];
  readonly judged: Judged;
}

/** A requirement and what is judged of it: acceptance criteria, or the requirement itself for an NFR. */
export interface Requirement {
  /** REQ-lgtm-001 … 005, or the NFR's own id. */
  readonly id: string;
  /** The id with the feature's UUID part, as the requirements head it. */
  readonly fullId: string;
  readonly title: string;
  /** The product area it is reported under. */
  readonly epic: string;
  /** What has to run for it to be judged, beside S3 and Grafana. */
  readonly components: readonly Component[];
  readonly entries: readonly Entry[];
}
