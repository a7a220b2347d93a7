/** The platforms official releases are pinned for, in Go's words. */
export type Platform = 'linux-amd64' | 'linux-arm64' | 'darwin-arm64';

/**
 * What a download must hash to: a sha256 known here, or, where none is known, the publisher's
 * checksum file (either one bare hash or lines of `hash  file name`).
 */
export type Checksum = { readonly sha256: string } | { readonly file: string; readonly reason: string };

/** What a download is, and which file or top folder of it is the program (or its home). */
export type Archive = { readonly kind: 'bare' } | { readonly kind: 'zip' | 'tar.gz'; readonly take: string };

export interface Asset {
  readonly url: string;
  readonly checksum: Checksum;
  readonly archive: Archive;
}

export interface Release {
  readonly version: string;
  /** Per platform: the asset, or why there is none to use. */
  readonly assets: Readonly<Record<Platform, Asset | { readonly none: string }>>;
}

interface RecipeBase {
  /** What is built, as Go names it: module@version. It may differ from the release. */
  readonly module: string;
  readonly version: string;
  /** The folder with the go.mod and go.sum that pin it. */
  readonly folder: string;
  /** The package to build. */
  readonly package: string;
  readonly tags: readonly string[];
  /** True if it cannot be built without a C compiler. */
  readonly cgo: boolean;
  /** Measured on 2 cores from empty caches. */
  readonly minutes: number;
}

/** How to build a program with Go. */
export type Recipe = RecipeBase &
  (
    | { /** The package is built from the recipe's own go.mod. */ readonly how: 'required' }
    | {
        /**
         * The module the recipe requires is copied and built as the main module, with its own go.mod:
         * for a module whose sources are generated first.
         */
        readonly how: 'copied';
        /** A tool of the recipe's go.mod, run in the copy before the build. */
        readonly generate: { readonly tool: string; readonly args: readonly string[] };
      }
  );

/** A folder a program needs to run, besides its executable. */
export interface Home {
  /** Path of the executable below the home. */
  readonly executable: string;
  /** What the program reads below its home: all of it that a build keeps. */
  readonly needs: readonly string[];
}

export interface Pin {
  readonly name: string;
  /** Null for a program that is one executable. */
  readonly home: Home | null;
  readonly release: Release;
  readonly recipe: Recipe;
}

/** Where a program of the cache came from. */
export type Origin = 'release' | 'build';

/** A program that is there, whole and executable. */
export interface Program {
  readonly name: string;
  /** Path of the executable. */
  readonly path: string;
  /** Grafana's homepath; null for a program without one. */
  readonly home: string | null;
  /** As released or as built; "unknown" for a program the user named. */
  readonly version: string;
  /** Which link of the chain it is from this time. */
  readonly source: 'named path' | 'cache' | Origin;
  /** Where it came from in the first place: a path, a URL, or what was built with which Go. */
  readonly from: string;
}

/** This machine's platform in Go's words; it need not be one that releases are pinned for. */
export function platform(): string {
  return `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
}

/** The asset of a pin's release for this machine, or why there is none. */
export function assetOf(pin: Pin): Asset | { readonly none: string } {
  const assets: Readonly<Record<string, Asset | { readonly none: string }>> = pin.release.assets;
  return assets[platform()] ?? { none: `none is pinned for ${platform()}` };
}
