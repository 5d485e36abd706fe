import type { ChildProcess } from 'node:child_process';

export function endTogether<Child extends ChildProcess>(child: Child): Child;
