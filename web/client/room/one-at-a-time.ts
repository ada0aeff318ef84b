/** Runs asynchronous steps strictly one after another; a failed step does not stop those behind it. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(step: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(step, step);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
