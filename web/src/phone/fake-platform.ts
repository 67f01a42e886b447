// A platform for tests: takes the page's socket and says what the test tells it to.
import type { Socket } from "./link";
import type { PageFrame, SeatFrame } from "./protocol";

type Line = Socket;

export class FakePlatform {
  /** How often the page dialled. */
  dialled = 0;
  private line: Line | undefined;
  private record: PageFrame[] = [];
  /** Answers every command by `done` when set. */
  obliging = false;

  open = (): Socket => {
    this.dialled += 1;
    const line: Line = {
      send: (text) => {
        const frame = JSON.parse(text) as PageFrame;
        this.record.push(frame);
        if (this.obliging) queueMicrotask(() => this.say({ type: "done", no: frame.no }));
      },
      close: () => undefined,
      onopen: null,
      onmessage: null,
      onclose: null,
    };
    this.line = line;
    return line;
  };
  accept(): void {
    this.line?.onopen?.();
  }
  say(frame: SeatFrame): void {
    this.line?.onmessage?.({ data: JSON.stringify(frame) });
  }
  cut(code = 1006): void {
    this.line?.onclose?.({ code });
  }
  /** Everything the page said, on all its lines. */
  heard(): PageFrame[] {
    return this.record;
  }
  /** The commands of one type. */
  asked<T extends PageFrame["type"]>(type: T): Extract<PageFrame, { type: T }>[] {
    return this.record.filter((f): f is Extract<PageFrame, { type: T }> => f.type === type);
  }
}
