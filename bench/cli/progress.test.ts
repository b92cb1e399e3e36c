import { describe, expect, it } from 'vitest';
import type { CellGroup } from '../run/cell-plan.ts';
import { memoryLane, memoryPlan } from '../tests/laboratory.ts';
import { Course, liveLine, secondsOf } from './progress.ts';

const plan = memoryPlan(memoryLane());
const groups: CellGroup[] = [[plan], [plan, plan], [plan]];

describe('the course of a run', () => {
  it('takes a group off the time left when its last cell is measured', () => {
    const course = new Course(groups);
    expect([course.done, course.cells]).toEqual([0, 4]);
    course.cellEnd();
    course.cellEnd();
    expect(course.secondsLeft).toBe(secondsOf(groups.slice(1)));
    course.cellEnd();
    expect(course.secondsLeft).toBe(secondsOf(groups.slice(2)));
    expect(course.done).toBe(3);
  });

  it('takes off what is left out', () => {
    const course = new Course(groups.slice(1));
    course.groupSkip([plan, plan]);
    expect([course.done, course.cells]).toEqual([2, 3]);
    expect(course.secondsLeft).toBe(secondsOf([[plan]]));
  });

  it('grows by what is measured again, which comes next', () => {
    const course = new Course(groups);
    course.cellEnd();
    course.repeat([[plan]]);
    expect(course.cells).toBe(5);
    expect(course.secondsInAll).toBe(secondsOf(groups) + secondsOf([[plan]]));
    course.cellEnd();
    expect(course.secondsLeft).toBe(secondsOf(groups.slice(1)));
  });
});

describe('the live line', () => {
  const at = (clients: number) => ({ ...plan, point: { ...plan.point, clients } });
  const [one, hundred] = [at(1), at(100)];
  const course = new Course([
    [one, hundred],
    [one, hundred],
  ]);

  it('names scenario and point, and how much is left', () => {
    const line = liveLine(course, hundred, secondsOf([[one]]), 120);
    expect(line).toMatch(/^█+░+ 1\/4 {2}\d+:\d\d left /);
    expect(line).toContain(`  round 1  ${plan.lane.id}  ${plan.scenario}, 100 clients`);
  });

  it('keeps within the terminal', () => {
    for (const columns of [20, 40, 80]) expect(liveLine(course, one, 1e6, columns).length).toBeLessThan(columns);
  });
});
