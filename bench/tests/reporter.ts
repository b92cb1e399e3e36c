/** Test output: a line a file, why tests failed, why others were skipped, and the three counts alone on the last line. */

import type { SerializedError, TestCase, TestModule, TestRunEndReason } from 'vitest/node';
import { DefaultReporter } from 'vitest/node';

export default class LineReporter extends DefaultReporter {
  override onTestModuleEnd(module: TestModule): void {
    const { passed, failed, skipped } = countsOf([module]);
    const others = [failed > 0 && `, ${failed} failed`, skipped > 0 && `, ${skipped} skipped`].filter(Boolean).join('');
    const seconds = (module.diagnostic().duration / 1e3).toFixed(1);
    this.log(`${module.ok() ? '✓' : '✗'} ${module.relativeModuleId}: ${passed} passed${others} (${seconds} s)`);
  }

  override onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    // The reasons for failures, with differences and stacks; then Vitest's own counts and durations.
    super.onTestRunEnd(modules, errors, reason);
    for (const [skip, count] of skipsOf(modules)) this.log(`skipped ${count}: ${skip}`);
    const { passed, failed, skipped } = countsOf(modules);
    this.log(`${passed} passed, ${failed + errors.length} failed, ${skipped} skipped`);
  }
}

/** A file whose import or hooks failed, and none of whose tests did, counts as one failed test. */
function countsOf(modules: readonly TestModule[]) {
  const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  for (const module of modules) {
    const failedBefore = counts.failed;
    for (const test of module.children.allTests()) counts[test.result().state]++;
    if (!module.ok() && counts.failed === failedBefore) counts.failed++;
  }
  return counts;
}

/** How many tests of a file were skipped for the same reason, or in the same suite where the test gives none. */
function skipsOf(modules: readonly TestModule[]): ReadonlyMap<string, number> {
  const skips = new Map<string, number>();
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      const result = test.result();
      const reason = `${module.relativeModuleId}: ${(result.state === 'skipped' && result.note) || skippedName(test)}`;
      skips.set(reason, (skips.get(reason) ?? 0) + 1);
    }
  }
  return skips;
}

/** The outermost suite that is skipped as a whole, or the test alone. */
function skippedName(test: TestCase): string {
  let { name, parent } = test;
  while (parent.type === 'suite' && parent.state() === 'skipped') ({ name, parent } = parent);
  return name;
}
