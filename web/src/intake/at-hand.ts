// Whether the intake form holds something that is being written; asked by the phone before a call takes the form.
let probe: (() => boolean) | undefined;

export const intakeAtHand = {
  writing: (): boolean => probe?.() ?? false,
  /** The open form says how to find out; gives back how to take that away. */
  watch(next: () => boolean): () => void {
    probe = next;
    return () => {
      if (probe === next) probe = undefined;
    };
  },
};
