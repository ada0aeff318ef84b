/** One plain store: a value, a pure reducer, and those who want to know. Nothing else holds state that is shown. */

export type Reducer<State, Input> = (state: State, input: Input, now: number) => State;

export class Store<State, Input> {
  #state: State;
  readonly #readers = new Set<(state: State, before: State) => void>();

  /** `clock` gives ms since 1970 by this machine; the reducer never asks for time itself. */
  constructor(
    first: State,
    private readonly reduce: Reducer<State, Input>,
    private readonly clock: () => number,
  ) {
    this.#state = first;
  }

  get state(): State {
    return this.#state;
  }

  /** Applies one input; readers hear of it only when the state is another. */
  send(input: Input): void {
    const before = this.#state;
    this.#state = this.reduce(before, input, this.clock());
    if (this.#state === before) return;
    for (const reader of [...this.#readers]) reader(this.#state, before);
  }

  /** Calls `reader` at every change until the returned function is called. */
  read(reader: (state: State, before: State) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}
