import { expect, test } from '@playwright/test';
import { withoutAnalytics } from '../reports/allure.ts';

test('the report calls nobody', () => {
  const page = `<body><div id="app"></div>
    <script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
    <script>
        gtag('js', new Date());
    </script>
    <script>window.data = 1</script></body>`;
  expect(withoutAnalytics(page).replace(/\s+/g, ' ')).toBe(
    '<body><div id="app"></div> <script>window.data = 1</script></body>',
  );
});

test('a tag written in another way is not overlooked', () => {
  expect(() => withoutAnalytics('<script src="https://www.googletagmanager.com/x"></script>')).toThrow(
    'the report still calls Google',
  );
});
