import { describe, expect, it } from 'vitest';
import type { CellGroup } from '../run/cell-plan.ts';
import { memoryLane, memoryPlan } from '../tests/laboratory.ts';
import { Course, secondsOf } from './progress.ts';

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
