/**
 * Reads server-sent events over fetch, and goes on where it was after every interruption.
 *
 * The browser's own EventSource gives up when an answer is not 200 and cannot tell how long it has heard nothing.
 */

export interface LiveEvent {
  id: string;
  type: string;
  data: string;
}

export type LiveState = 'connecting' | 'open' | 'interrupted' | 'refused';

interface Options {
  url: string;
  onEvent: (event: LiveEvent) => void;
  onState: (state: LiveState) => void;
  /** Without a word for so long the line is taken for dead; the gateway sends heartbeats much more often. */
  silenceMs?: number;
  fetch?: typeof fetch;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const SILENCE_MS = 45_000;

export class EventStream {
  private readonly options: Required<Options>;
  private lastId = '';
  private failures = 0;
  private retryMs: number | null = null;
  private stop: AbortController | null = null;

  constructor(options: Options) {
    this.options = { silenceMs: SILENCE_MS, fetch: (...args) => fetch(...args), ...options };
  }

  /** Reads until closed. */
  open(): void {
    if (this.stop) return;
    this.stop = new AbortController();
    this.options.onState('connecting');
    void this.keepReading(this.stop.signal);
  }

  close(): void {
    this.stop?.abort();
    this.stop = null;
  }

  private async keepReading(closed: AbortSignal): Promise<void> {
    while (!closed.aborted) {
      const answer = await this.readOnce(closed);
      if (closed.aborted) return;
      if (answer === 'refused') {
        this.options.onState('refused');
        return;
      }
      this.options.onState('interrupted');
      await pause(this.wait(), closed);
    }
  }

  /** Twice as long after every failure, each browser a little different, so that not all come at once. */
  private wait(): number {
    const first = this.retryMs ?? FIRST_WAIT_MS;
    const longest = Math.min(LONGEST_WAIT_MS, first * 2 ** this.failures);
    this.failures += 1;
    return longest * (0.5 + Math.random() / 2);
  }

  private async readOnce(closed: AbortSignal): Promise<'ended' | 'refused'> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), this.options.silenceMs);
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), this.options.silenceMs);
    };
    // A line may stay open for minutes after the network has gone.
    const gone = () => silence.abort();
    addEventListener('offline', gone);
    try {
      const response = await this.options.fetch(this.options.url, {
        headers: { Accept: 'text/event-stream', ...(this.lastId ? { 'Last-Event-ID': this.lastId } : {}) },
        signal: AbortSignal.any([closed, silence.signal]),
        cache: 'no-store',
      });
      if (response.status === 401 || response.status === 403) return 'refused';
      if (!response.ok || !response.body) return 'ended';
      this.failures = 0;
      this.options.onState('open');
      await this.readEvents(response.body, heard);
    } catch {
      // Cut off, refused by the network, or silent: all mean to come again.
    } finally {
      clearTimeout(timer);
      removeEventListener('offline', gone);
    }
    return 'ended';
  }

  private async readEvents(body: ReadableStream<Uint8Array>, heard: () => void): Promise<void> {
    const parser = new EventParser();
    const reader = body
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      for (const event of parser.take(value)) {
        if (event.id) this.lastId = event.id;
        this.options.onEvent(event);
      }
      this.retryMs = parser.retryMs ?? this.retryMs;
    }
  }
}

/** The line format of server-sent events, as the HTML standard has it. */
export class EventParser {
  retryMs: number | null = null;
  private rest = '';
  private id = '';
  private type = '';
  private data: string[] = [];

  /** Events that are complete with this piece of text. */
  take(text: string): LiveEvent[] {
    const events: LiveEvent[] = [];
    // A carriage return at the end may be half of a line end.
    const whole = this.rest + text;
    const cut = whole.endsWith('\r') ? whole.length - 1 : whole.length;
    const lines = whole.slice(0, cut).split(/\r\n|\r|\n/);
    this.rest = (lines.pop() ?? '') + whole.slice(cut);
    for (const line of lines) {
      if (line === '') {
        if (this.data.length > 0) {
          events.push({ id: this.id, type: this.type || 'message', data: this.data.join('\n') });
        }
        this.type = '';
        this.data = [];
      } else {
        this.field(line);
      }
    }
    return events;
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.type = value;
    else if (name === 'id' && !value.includes('\0')) this.id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }
}

function pause(milliseconds: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      closed.removeEventListener('abort', done);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    closed.addEventListener('abort', done);
    // As soon as the machine has a network again.
    addEventListener('online', done);
  });
}
