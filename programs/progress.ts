/** Takes one line of progress. */
export type OnProgress = (text: string) => void;

/** Does the work and reports at once and then every 4 s until it has ended. */
export async function reporting<T>(
  onProgress: OnProgress,
  line: () => string,
  work: () => Promise<T>,
): Promise<T> {
  onProgress(line());
  const timer = setInterval(() => {
    onProgress(line());
  }, 4000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Milliseconds as people write them: "45 s", "2 min 5 s". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
