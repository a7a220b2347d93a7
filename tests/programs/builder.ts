// A run of its own that provides one program: node --import tsx builder.ts <cache> <pin as JSON>
import { fullEnvironment } from '../../fixtures/settings.ts';
import type { Pin } from '../../programs/pin.ts';
import { provide } from '../../programs/provide.ts';

const [cacheDir = '', pin = ''] = process.argv.slice(2);
await provide(JSON.parse(pin) as Pin, {
  cacheDir,
  environment: fullEnvironment(),
  onProgress: () => {},
});
